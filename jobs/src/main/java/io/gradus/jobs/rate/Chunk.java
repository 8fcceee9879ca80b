package io.gradus.jobs.rate;

import java.util.ArrayList;
import java.util.List;

/**
 * A stretch of a document's tokens that a model sees at once.
 *
 * @param start the index of its first token
 * @param length how many tokens it has, special tokens not counted
 */
record Chunk(int start, int length) {

  /**
   * Cuts tokens into consecutive pieces of {@code size}, the last one shorter, as QuRating does
   * (Wettig et al. 2024, arXiv 2402.09739, section 4: non-overlapping chunks).
   *
   * @param minimumTail a last piece with fewer tokens is left out, unless it is the only one; 1
   *     keeps every token
   */
  static List<Chunk> cut(int tokens, int size, int minimumTail) {
    List<Chunk> chunks = new ArrayList<>();
    for (int start = 0; start < tokens; start += size) {
      int length = Math.min(size, tokens - start);
      if (length >= minimumTail || chunks.isEmpty()) {
        chunks.add(new Chunk(start, length));
      }
    }
    return chunks;
  }

  /**
   * The mean of the chunks' scores weighted by their token counts (Wettig et al. 2024, section 4).
   *
   * @param scores by chunk and criterion
   * @return one score for each criterion
   */
  static double[] weightedMean(List<Chunk> chunks, double[][] scores) {
    double[] sums = new double[scores[0].length];
    long tokens = 0;
    for (int i = 0; i < chunks.size(); i++) {
      int weight = chunks.get(i).length();
      tokens += weight;
      for (int criterion = 0; criterion < sums.length; criterion++) {
        sums[criterion] += weight * scores[i][criterion];
      }
    }
    for (int criterion = 0; criterion < sums.length; criterion++) {
      sums[criterion] /= tokens;
    }
    return sums;
  }
}
