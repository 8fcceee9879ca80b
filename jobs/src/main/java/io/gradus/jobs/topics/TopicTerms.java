package io.gradus.jobs.topics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The terms that set a topic apart: those whose mean TF-IDF in the topic's documents exceeds the
 * mean in all others by the most, rare terms counting for more. Words that are everywhere weigh
 * next to nothing, in any language, so no list of stop words is needed.
 */
final class TopicTerms {
  private TopicTerms() {}

  /**
   * The terms of each topic.
   *
   * @param documents the sample
   * @param topics of the documents, -1 for none
   * @param count how many topics there are
   * @param limit terms for each topic at most
   */
  static List<List<String>> of(
      Vocabulary vocabulary, List<SparseVector> documents, int[] topics, int count, int limit) {
    List<List<SparseVector>> byTopic = new ArrayList<>();
    for (int topic = 0; topic < count; topic++) {
      byTopic.add(new ArrayList<>());
    }
    for (int i = 0; i < topics.length; i++) {
      if (topics[i] >= 0) {
        byTopic.get(topics[i]).add(documents.get(i));
      }
    }
    double[] everywhere = sum(vocabulary, documents);
    List<List<String>> terms = new ArrayList<>();
    for (List<SparseVector> inside : byTopic) {
      int outside = documents.size() - inside.size();
      double[] sums = sum(vocabulary, inside);
      double[] excess = new double[sums.length];
      for (int term = 0; term < sums.length; term++) {
        double elsewhere = outside == 0 ? 0 : (everywhere[term] - sums[term]) / outside;
        excess[term] = (sums[term] / inside.size() - elsewhere) * vocabulary.rarity(term);
      }
      terms.add(
          IntStream.range(0, excess.length)
              .filter(term -> excess[term] > 0 && !vocabulary.term(term).equals(Words.NUMBER))
              .boxed()
              .sorted(
                  Comparator.comparing((Integer term) -> excess[term])
                      .reversed()
                      .thenComparing(vocabulary::term))
              .limit(limit)
              .map(vocabulary::term)
              .toList());
    }
    return terms;
  }

  private static double[] sum(Vocabulary vocabulary, List<SparseVector> documents) {
    double[] sums = new double[vocabulary.size()];
    for (SparseVector document : documents) {
      for (int i = 0; i < document.size(); i++) {
        sums[document.term(i)] += document.weight(i);
      }
    }
    return sums;
  }
}
