package io.gradus.jobs.rate;

import java.util.ArrayList;
import java.util.List;

/**
 * The texts that the built-in rater's heads are made of.
 *
 * @param criteria one contrast each
 * @param probes texts whose scores the bundle carries along
 */
record Anchors(List<Contrast> criteria, List<String> probes) {

  /**
   * A criterion shown by pairs.
   *
   * @param name the criterion
   * @param question what the pairs answer with yes and with no
   */
  record Contrast(String name, String question, List<Pair> pairs) {}

  /**
   * Two texts on one topic, so that their difference is the criterion and not the topic.
   *
   * @param more the text with more of the criterion
   * @param less the text with less of it
   */
  record Pair(String topic, String more, String less) {}

  /**
   * The embeddings of a pair.
   *
   * @param more of the text with more of the criterion
   * @param less of the text with less of it
   */
  @SuppressWarnings("ArrayRecordComponent") // summed up, never compared
  record Embedded(double[] more, double[] less) {}

  /**
   * A linear head along the line from the mean of the texts with less to the mean of those with
   * more: {@code score(x) = (x - midpoint) . d / |d|^2} with {@code d} the difference of the means.
   * So the two means score -0.5 and 0.5, whatever the criterion.
   */
  static RaterDefinition.Criterion head(String name, List<Embedded> pairs) {
    int width = pairs.get(0).more().length;
    double[] difference = new double[width];
    double[] midpoint = new double[width];
    for (Embedded pair : pairs) {
      for (int i = 0; i < width; i++) {
        difference[i] += (pair.more()[i] - pair.less()[i]) / pairs.size();
        midpoint[i] += (pair.more()[i] + pair.less()[i]) / 2 / pairs.size();
      }
    }
    double squares = 0;
    for (double value : difference) {
      squares += value * value;
    }
    List<Double> weights = new ArrayList<>();
    double bias = 0;
    for (int i = 0; i < width; i++) {
      weights.add(difference[i] / squares);
      bias -= midpoint[i] * weights.get(i);
    }
    return new RaterDefinition.Criterion(name, null, weights, bias);
  }

  /**
   * How well pairs are told apart by heads that were made without them.
   *
   * @param pairs share of the pairs whose text with more scores higher than its partner
   * @param texts share of the texts that score on their side of 0
   */
  record Separation(double pairs, double texts) {}

  /** Leaves out one pair after the other. */
  static Separation leaveOneOut(List<Embedded> pairs) {
    double ranked = 0;
    double sided = 0;
    for (int left = 0; left < pairs.size(); left++) {
      List<Embedded> rest = new ArrayList<>(pairs);
      Embedded out = rest.remove(left);
      RaterDefinition.Criterion head = head("left-out", rest);
      double more = score(head, out.more());
      double less = score(head, out.less());
      ranked += more > less ? 1 : 0;
      sided += (more > 0 ? 0.5 : 0) + (less < 0 ? 0.5 : 0);
    }
    return new Separation(ranked / pairs.size(), sided / pairs.size());
  }

  static double score(RaterDefinition.Criterion head, double[] vector) {
    double sum = head.bias();
    for (int i = 0; i < vector.length; i++) {
      sum += head.weights().get(i) * vector[i];
    }
    return sum;
  }
}
