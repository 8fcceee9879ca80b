package io.gradus.jobs.order;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tokens and rows of some cells, in rising order of the cells.
 *
 * @param tokens by cell
 * @param rows by cell
 */
@SuppressWarnings("ArrayRecordComponent") // used and never compared
record CellSums(long[] cells, long[] tokens, long[] rows) implements Serializable {

  /** Sums of rows that are added one by one. */
  static final class Running {
    private final Map<Long, long[]> sums = new HashMap<>();
    private long lastCell;
    private long[] last;

    /** Starts at what comes before. */
    static Running from(CellSums before) {
      Running running = new Running();
      for (int i = 0; i < before.cells.length; i++) {
        running.sums.put(before.cells[i], new long[] {before.tokens[i], before.rows[i]});
      }
      return running;
    }

    /** Adds rows in their order, and writes down what their cells had before each. */
    void add(Rows rows, long[] tokensBefore, long[] rowsBefore) {
      for (int row = 0; row < rows.size; row++) {
        long[] sum = of(rows.cell[row]);
        tokensBefore[row] = sum[0];
        rowsBefore[row] = sum[1];
        sum[0] += rows.tokens[row];
        sum[1]++;
      }
    }

    /** The tokens and rows of a cell so far. */
    private long[] of(long cell) {
      if (last == null || cell != lastCell) {
        last = sums.computeIfAbsent(cell, number -> new long[2]);
        lastCell = cell;
      }
      return last;
    }

    CellSums sums() {
      long[] cells = sums.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
      return new CellSums(
          cells,
          Arrays.stream(cells).map(cell -> sums.get(cell)[0]).toArray(),
          Arrays.stream(cells).map(cell -> sums.get(cell)[1]).toArray());
    }
  }

  /** The tokens of a cell; 0 for one that is not there. */
  long tokensOf(long cell) {
    int place = Arrays.binarySearch(cells, cell);
    return place < 0 ? 0 : tokens[place];
  }

  /** The rows of a cell; 0 for one that is not there. */
  long rowsOf(long cell) {
    int place = Arrays.binarySearch(cells, cell);
    return place < 0 ? 0 : rows[place];
  }

  /** For each of several ranges, one after the other, what its cells have in all earlier ones. */
  static List<CellSums> before(List<CellSums> ranges) {
    Running running = new Running();
    List<CellSums> before = new ArrayList<>();
    for (CellSums range : ranges) {
      long[] tokens = new long[range.cells.length];
      long[] rows = new long[range.cells.length];
      for (int i = 0; i < range.cells.length; i++) {
        long[] sum = running.of(range.cells[i]);
        tokens[i] = sum[0];
        rows[i] = sum[1];
        sum[0] += range.tokens[i];
        sum[1] += range.rows[i];
      }
      before.add(new CellSums(range.cells, tokens, rows));
    }
    return before;
  }

  /** The tokens of each cell in all ranges. */
  static Map<Long, Long> tokens(List<CellSums> ranges) {
    Map<Long, Long> tokens = new HashMap<>();
    for (CellSums range : ranges) {
      for (int i = 0; i < range.cells.length; i++) {
        tokens.merge(range.cells[i], range.tokens[i], Long::sum);
      }
    }
    return tokens;
  }

  /** Tokens of cells whose numbers have the same quotient, summed. */
  static Map<Long, Long> dividedBy(Map<Long, Long> tokens, long divisor) {
    Map<Long, Long> sums = new TreeMap<>();
    tokens.forEach((cell, sum) -> sums.merge(Math.floorDiv(cell, divisor), sum, Long::sum));
    return sums;
  }
}
