package io.gradus.jobs.topics;

import io.gradus.jobs.topics.TopicDescriptions.Example;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is counted over documents, by topic; one place more, the last, is for documents without a
 * topic. Sums and the closest examples do not depend on how documents were divided.
 */
final class TopicCounts implements Serializable {
  private static final long serialVersionUID = 1L;

  /** An example with its distance from the centre. */
  private record Candidate(double distance, Example example) implements Serializable {
    static final Comparator<Candidate> CLOSEST_FIRST =
        Comparator.comparingDouble(Candidate::distance)
            .thenComparing(candidate -> candidate.example().docId());
  }

  private final int limit;
  private final long[] documents;
  private final long[] tokens;
  private final List<List<Candidate>> closest = new ArrayList<>();

  /**
   * Nothing counted yet.
   *
   * @param topics how many there are
   * @param limit examples of each to keep
   */
  TopicCounts(int topics, int limit) {
    this.limit = limit;
    this.documents = new long[topics + 1];
    this.tokens = new long[topics + 1];
    for (int topic = 0; topic <= topics; topic++) {
      closest.add(new ArrayList<>());
    }
  }

  long documents(int topic) {
    return documents[topic];
  }

  long tokens(int topic) {
    return tokens[topic];
  }

  /** The closest documents, the closest first. */
  List<Example> examples(int topic) {
    return closest.get(topic).stream().map(Candidate::example).toList();
  }

  /** Counts a document. */
  void add(int topic, int documentTokens) {
    documents[topic]++;
    tokens[topic] += documentTokens;
  }

  /** Keeps a document as an example of its topic, where it is among the closest. */
  void offer(int topic, double distance, Supplier<Example> example) {
    List<Candidate> kept = closest.get(topic);
    if (kept.size() < limit || (limit > 0 && distance <= kept.get(limit - 1).distance())) {
      keep(kept, new Candidate(distance, example.get()));
    }
  }

  private void keep(List<Candidate> kept, Candidate candidate) {
    int place = Collections.binarySearch(kept, candidate, Candidate.CLOSEST_FIRST);
    kept.add(place < 0 ? -place - 1 : place, candidate);
    if (kept.size() > limit) {
      kept.remove(limit);
    }
  }

  /** Adds what was counted elsewhere. */
  TopicCounts plus(TopicCounts other) {
    for (int topic = 0; topic < documents.length; topic++) {
      documents[topic] += other.documents[topic];
      tokens[topic] += other.tokens[topic];
      for (Candidate candidate : other.closest.get(topic)) {
        keep(closest.get(topic), candidate);
      }
    }
    return this;
  }
}
