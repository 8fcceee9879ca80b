package io.gradus.jobs.rate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chunks that go through a graph together.
 *
 * @param pieces one for each row
 * @param positions of every row: special tokens and padding included
 */
record Batch(List<DocumentWork.Piece> pieces, int positions) {

  /** How chunks share batches. */
  record Rule(int specialTokens, int chunkTokens, int lengthStep, int batchTokens) {
    /** The most positions that a batch may have. */
    int largest() {
      return Math.max(chunkTokens, batchTokens);
    }

    /** The positions of a chunk's row. */
    int positions(Chunk chunk) {
      int exact = chunk.length() + specialTokens;
      int padded = (exact + lengthStep - 1) / lengthStep * lengthStep;
      return Math.max(exact, Math.min(padded, chunkTokens));
    }
  }

  /**
   * Makes batches of rows of equal length, long rows first: they are the first to tell when memory
   * does not suffice. A pure function of the pieces and the rule.
   */
  static List<Batch> of(List<DocumentWork.Piece> pieces, Rule rule) {
    Map<Integer, List<DocumentWork.Piece>> byLength = new TreeMap<>((a, b) -> b - a);
    for (DocumentWork.Piece piece : pieces) {
      byLength
          .computeIfAbsent(rule.positions(piece.chunk()), positions -> new ArrayList<>())
          .add(piece);
    }
    List<Batch> batches = new ArrayList<>();
    byLength.forEach(
        (positions, rows) -> {
          int together = Math.max(1, rule.batchTokens() / positions);
          for (int from = 0; from < rows.size(); from += together) {
            batches.add(
                new Batch(rows.subList(from, Math.min(rows.size(), from + together)), positions));
          }
        });
    return batches;
  }

  int rows() {
    return pieces.size();
  }

  /** Positions of all rows. */
  int size() {
    return rows() * positions;
  }

  /** Two batches with the same rows in the same order. */
  List<Batch> halves() {
    int middle = rows() / 2;
    return List.of(
        new Batch(pieces.subList(0, middle), positions),
        new Batch(pieces.subList(middle, rows()), positions));
  }
}
