package io.gradus.jobs.order;

import io.gradus.jobs.order.OrderConfig.Within;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a row is sorted by in each step, and what its tokens count to. The first step ranks by
 * score, further ones as the shape asks, and the last one sorts by place.
 */
final class Curriculum implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Counts documents that need no ranking, apart from all stretches. */
  private static final long NOBODYS_CELL = -1;

  private final Shape shape;
  private final Within within;
  private final Chance chance;
  private final RunFacts run;
  private final Map<Long, Long> cellTokens;
  private final int steps;

  private Curriculum(
      Shape shape, Within within, Chance chance, RunFacts run, Map<Long, Long> cellTokens) {
    this.shape = shape;
    this.within = within;
    this.chance = chance;
    this.run = run;
    this.cellTokens = cellTokens;
    this.steps = 2 + shape.rankings();
  }

  /** Before the first step. */
  Curriculum(OrderConfig config, long seed, List<String> sources, int topics) {
    this(
        config.shape(),
        config.within(),
        Chance.of(seed),
        new RunFacts(sources, topics, List.of()),
        Map.of());
  }

  /**
   * After the next step.
   *
   * @param tokens by cell
   */
  Curriculum after(Map<Long, Long> tokens) {
    List<Map<Long, Long>> byStretch = new ArrayList<>(run.tokens());
    byStretch.add(CellSums.dividedBy(tokens, cellsOfStretch()));
    return new Curriculum(
        shape, within, chance, new RunFacts(run.sources(), run.topics(), byStretch), tokens);
  }

  /** How many steps there are: the rankings and the sort by place. */
  int steps() {
    return steps;
  }

  Chance chance() {
    return chance;
  }

  RunFacts run() {
    return run;
  }

  /** Sets key and cell of rows that are not ranked yet. */
  void begin(Rows rows) {
    for (int row = 0; row < rows.size; row++) {
      // Adding 0 turns a negative zero into zero, so that equal scores tie.
      rows.key[row] = rows.score[row] + 0.0;
      rows.cell[row] = cell(0, rows.source[row]);
    }
  }

  /**
   * Adds the ranking that the last step made, and sets key and cell for the next one.
   *
   * @param tokensBefore by row, the tokens of its cell before it
   * @param rowsBefore by row, the rows of its cell before it
   */
  Rows next(Rows sorted, long[] tokensBefore, long[] rowsBefore) {
    Rows rows = sorted.withNextRanking();
    int ranking = rows.rankings - 1;
    RankedDocument document = new RankedDocument();
    boolean last = rows.rankings == steps - 1;
    for (int row = 0; row < rows.size; row++) {
      rows.quantile[ranking][row] =
          quantile(tokensBefore[row], rows.tokens[row], cellTokens.get(sorted.cell[row]));
      rows.rank[ranking][row] = rowsBefore[row];
      rows.show(row, chance.ofDocument(rows, row), document);
      set(rows, row, document, last);
    }
    return rows;
  }

  private void set(Rows rows, int row, RankedDocument document, boolean last) {
    Stretch whole = Stretch.whole(run, document);
    if (last) {
      rows.key[row] = shape.place(document, whole) + 0.0;
      rows.cell[row] = 0;
    } else if (shape.ask(document, whole)) {
      rows.key[row] = document.askedValue();
      rows.cell[row] = cell(document.askedNumber(), rows.source[row]);
    } else {
      // Its place is known already; other documents need this step.
      rows.key[row] = 0;
      rows.cell[row] = NOBODYS_CELL;
    }
  }

  /**
   * The middle of the document's own tokens: from their start, every source of one document would
   * be among the poorest.
   */
  private static double quantile(long tokensBefore, int tokens, long all) {
    return (tokensBefore + tokens / 2.0) / Math.max(1, all);
  }

  private long cell(long number, int source) {
    return Math.addExact(
        Math.multiplyExact(number, cellsOfStretch()), within == Within.SOURCE ? source : 0L);
  }

  private long cellsOfStretch() {
    return within == Within.SOURCE ? Math.max(1, run.sources().size()) : 1;
  }
}
