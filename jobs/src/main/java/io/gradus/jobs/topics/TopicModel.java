package io.gradus.jobs.topics;

import java.io.Serializable;
import java.util.List;

/**
 * What decides a document's topic.
 *
 * @param vocabulary the terms that are looked at
 * @param projection from terms to the space of the centres
 * @param centres one for each topic that was found
 * @param terms of each topic that was found, the most telling first
 */
record TopicModel(
    Vocabulary vocabulary, Projection projection, Centres centres, List<List<String>> terms)
    implements Serializable {

  TopicModel {
    terms = List.copyOf(terms);
  }
}
