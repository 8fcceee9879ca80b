package io.gradus.jobs.rate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is counted over rated rows; sums that do not depend on how rows were divided.
 *
 * @param documents rows
 * @param tokens the sum of {@code n_tokens}
 * @param raters by rater, in the configuration's order
 * @param sample the first quarantined documents in the order of their ids, at most {@value
 *     #SAMPLE_LIMIT}
 */
record RatingCounts(
    long documents, long tokens, List<RaterCounts> raters, List<QuarantinedDocument> sample)
    implements Serializable {
  static final int SAMPLE_LIMIT = 100;

  /**
   * What is counted for one rater.
   *
   * @param chunks pieces of text that were rated
   * @param tokens tokens of the rater's tokenizer that were rated
   * @param quarantined documents without a score, by reason
   */
  record RaterCounts(long chunks, long tokens, Map<String, Long> quarantined)
      implements Serializable {

    static RaterCounts of(Rating rating) {
      Map<String, Long> quarantined = new TreeMap<>();
      rating.whyMissing().ifPresent(failure -> quarantined.put(failure.reason(), 1L));
      return new RaterCounts(rating.chunks(), rating.tokens(), quarantined);
    }

    RaterCounts plus(RaterCounts other) {
      Map<String, Long> sum = new TreeMap<>(quarantined);
      other.quarantined.forEach((reason, count) -> sum.merge(reason, count, Long::sum));
      return new RaterCounts(chunks + other.chunks, tokens + other.tokens, sum);
    }

    long quarantinedDocuments() {
      return quarantined.values().stream().mapToLong(count -> count).sum();
    }
  }

  /**
   * A document that a rater gave no score.
   *
   * @param docId in hexadecimal
   * @param rater the rater's place in the configuration, from 0
   */
  record QuarantinedDocument(String docId, String source, int rater, String reason, String detail)
      implements Serializable {}

  static RatingCounts none(int raters) {
    return new RatingCounts(
        0,
        0,
        Stream.generate(() -> new RaterCounts(0, 0, Map.of())).limit(raters).toList(),
        List.of());
  }

  RatingCounts plus(RatingCounts other) {
    List<RaterCounts> sums = new ArrayList<>();
    for (int i = 0; i < raters.size(); i++) {
      sums.add(raters.get(i).plus(other.raters.get(i)));
    }
    List<QuarantinedDocument> first =
        other.sample.isEmpty()
            ? sample
            : Stream.concat(sample.stream(), other.sample.stream())
                .sorted(
                    Comparator.comparing(QuarantinedDocument::docId)
                        .thenComparing(QuarantinedDocument::rater))
                .limit(SAMPLE_LIMIT)
                .toList();
    return new RatingCounts(documents + other.documents, tokens + other.tokens, sums, first);
  }
}
