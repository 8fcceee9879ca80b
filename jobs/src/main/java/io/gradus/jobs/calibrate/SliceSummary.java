package io.gradus.jobs.calibrate;

import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.common.table.SourceIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one criterion's scores in a slice of the ratings come to, by source and overall. */
final class SliceSummary {
  /** Of overall cells; a cell is about 2^-13 * (1 + |score|) wide. */
  static final int OVERALL_BITS = 13;

  static final int OVERALL_LIMIT = 1 << 18;
  static final int SOURCE_BITS = 10;

  /** Cells of all criteria and sources together. */
  private static final int SOURCE_LIMIT = 1 << 21;

  private static final int ALL = 0;

  private final SourceMoments moments = new SourceMoments();
  private final ScoreCells overall = new ScoreCells(OVERALL_BITS, OVERALL_LIMIT);
  private final ScoreCells bySource;

  private SliceSummary(int criteria) {
    this.bySource = new ScoreCells(SOURCE_BITS, Math.max(1, SOURCE_LIMIT / criteria));
  }

  /**
   * Reads rows to the end.
   *
   * @param sources the index by which the rows number their sources
   * @return one summary for each criterion
   */
  static List<SliceSummary> fold(RatingBatches rows, SourceIndex sources, int criteria)
      throws IOException {
    List<SliceSummary> summaries = new ArrayList<>();
    for (int criterion = 0; criterion < criteria; criterion++) {
      summaries.add(new SliceSummary(criteria));
    }
    for (Optional<RatingBatch> next = rows.next(); next.isPresent(); next = rows.next()) {
      RatingBatch batch = next.get();
      int known = sources.names().size();
      for (int criterion = 0; criterion < criteria; criterion++) {
        summaries.get(criterion).add(batch, batch.scores[criterion], known);
      }
    }
    return summaries;
  }

  private void add(RatingBatch batch, double[] scores, int sources) {
    moments.add(batch.sources, scores, batch.size, sources);
    for (int row = 0; row < batch.size; row++) {
      double score = scores[row];
      if (!Double.isNaN(score)) {
        overall.add(ALL, score, batch.tokens[row]);
        bySource.add(batch.sources[row], score, batch.tokens[row]);
      }
    }
  }

  ScoreMoments overallMoments() {
    return moments.overall();
  }

  byte[] overallCells() {
    return overall.sorted().toBytes(ALL);
  }

  ScoreMoments moments(int source) {
    return moments.of(source);
  }

  /** A view of the cells of all sources, numbered by the index. */
  ScoreCells.Sorted sourceCells() {
    return bySource.sorted();
  }
}
