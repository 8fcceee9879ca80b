package io.gradus.jobs.sample;

import io.gradus.common.selection.Candidates;
import io.gradus.common.selection.CellCounts;
import io.gradus.common.selection.CutoffSearch.Ranges;
import io.gradus.common.selection.KeyCells;
import io.gradus.common.selection.KeyInterest;
import io.gradus.common.selection.RangeCounts;
import io.gradus.common.selection.RatingScan;
import io.gradus.common.selection.RatingSlice;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.table.RatingBatch;
import io.gradus.common.table.RatingBatches;
import io.gradus.common.table.RatingBatches.RatingFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.apache.spark.broadcast.Broadcast;

/**
 * What tasks do with some files of the ratings before anything is written: they count and gather.
 * All of it is sums of whole numbers, so that it does not matter how files are dealt out.
 */
record SampleScan(RatingScan ratings, Broadcast<KeyRule> rule) implements Serializable {

  /** Documents and tokens. */
  record Amount(long documents, long tokens) implements Serializable {
    static final Amount NONE = new Amount(0, 0);

    Amount plus(long moreDocuments, long moreTokens) {
      return new Amount(documents + moreDocuments, tokens + moreTokens);
    }
  }

  /** What the first scan of keys finds: all that can be selected, and what cannot. */
  record KeyCounts(StepCounts steps, Map<Unselectable, Amount> unselectable)
      implements Serializable {

    KeyCounts plus(KeyCounts other) {
      steps.addAll(other.steps);
      other.unselectable.forEach(
          (reason, amount) ->
              unselectable.merge(
                  reason,
                  amount,
                  (mine, others) -> mine.plus(others.documents(), others.tokens())));
      return this;
    }
  }

  /** Takes a batch and what the rule makes of its rows. */
  @FunctionalInterface
  interface Visitor {
    void visit(RatingBatch batch, KeyRule.Rows rows) throws IOException;
  }

  /** Reads a slice; rows are scored, not keyed. */
  private void forEachScored(RatingSlice slice, Visitor visitor) throws IOException {
    ratings.forEachBatch(slice, scored(visitor));
  }

  /** Reads a slice; rows are scored and, where they are of interest, keyed. */
  void forEachKeyed(RatingSlice slice, CopyRates copyRates, KeyInterest interest, Visitor visitor)
      throws IOException {
    forEachScored(slice, keyed(copyRates, interest, visitor));
  }

  private RatingScan.Visitor scored(Visitor visitor) {
    KeyRule.Rows rows = rule.value().new Rows(RatingBatches.ROWS);
    return batch -> {
      rows.score(batch);
      visitor.visit(batch, rows);
    };
  }

  private static Visitor keyed(CopyRates copyRates, KeyInterest interest, Visitor visitor) {
    return (batch, rows) -> {
      rows.key(batch, copyRates, interest);
      visitor.visit(batch, rows);
    };
  }

  /** Tokens by cell of the score of all documents that a score lets in. */
  CellCounts countScores(RatingSlice slice, int bits) throws IOException {
    CellCounts counts = new CellCounts();
    forEachScored(
        slice,
        (batch, rows) -> {
          for (int row = 0; row < batch.size; row++) {
            if (rows.reasons[row] == null) {
              counts.add(
                  rule.value().percentileGroup(batch, row),
                  KeyCells.cell(rows.scores[row], bits),
                  batch.tokens[row]);
            }
          }
        });
    return counts;
  }

  /** The keys of the first documents that can be selected, among so many rows. */
  double[] someKeys(List<RatingFile> files, CopyRates copyRates, int mostRows) throws IOException {
    DoubleStream.Builder keys = DoubleStream.builder();
    Visitor gather =
        (batch, rows) -> {
          for (int row = 0; row < batch.size; row++) {
            if (rows.reasons[row] == null) {
              keys.add(rows.keys[row]);
            }
          }
        };
    ratings.forEachBatch(
        files, mostRows, scored(keyed(copyRates, KeyInterest.everything(), gather)));
    return keys.build().toArray();
  }

  /** Tokens of all copies by step of the key, and what cannot be selected. */
  KeyCounts countKeys(RatingSlice slice, CopyRates copyRates, KeySteps steps) throws IOException {
    KeyCounts counts =
        new KeyCounts(
            new StepCounts(rule.value().groupCount(), steps.count()),
            new EnumMap<>(Unselectable.class));
    int[] cells = new int[RatingBatches.ROWS];
    forEachKeyed(
        slice,
        copyRates,
        KeyInterest.everything(),
        (batch, rows) -> {
          for (int row = 0; row < batch.size; row++) {
            Unselectable reason = rows.reasons[row];
            if (reason == null) {
              cells[row] = counts.steps.cell(rows.groups[row], steps.of(rows.keys[row]));
            } else {
              counts.unselectable.put(
                  reason,
                  counts.unselectable.getOrDefault(reason, Amount.NONE).plus(1, batch.tokens[row]));
            }
          }
          // In a loop of its own: of many groups, a processor then waits for several cells at once.
          for (int row = 0; row < batch.size; row++) {
            if (rows.reasons[row] == null) {
              counts.steps.add(cells[row], (long) rows.copies[row] * batch.tokens[row]);
            }
          }
        });
    return counts;
  }

  /** Tokens by finer cell of the documents in the ranges. */
  RangeCounts countRanges(RatingSlice slice, CopyRates copyRates, Ranges ranges)
      throws IOException {
    RangeCounts counts = new RangeCounts(ranges.phases().length);
    forEachInRanges(
        slice,
        copyRates,
        ranges,
        (group, image, high, low, tokens, copies) ->
            counts.add(group, ranges.cell(group, image, high, low), image, tokens * copies));
    return counts;
  }

  /** The documents in the ranges. */
  Candidates gather(RatingSlice slice, CopyRates copyRates, Ranges ranges) throws IOException {
    Candidates candidates = new Candidates();
    forEachInRanges(slice, copyRates, ranges, candidates::add);
    return candidates;
  }

  @FunctionalInterface
  private interface RangeVisitor {
    void visit(int group, long image, long docIdHigh, long docIdLow, long tokens, int copies);
  }

  private void forEachInRanges(
      RatingSlice slice, CopyRates copyRates, Ranges ranges, RangeVisitor visitor)
      throws IOException {
    forEachKeyed(
        slice,
        copyRates,
        ranges.interest(),
        (batch, rows) -> {
          for (int row = 0; row < batch.size; row++) {
            if (rows.reasons[row] == null && !Double.isNaN(rows.keys[row])) {
              long image = SelectionKey.image(rows.keys[row]);
              long high = batch.docIdHigh[row];
              long low = batch.docIdLow[row];
              if (ranges.contain(rows.groups[row], image, high, low)) {
                visitor.visit(
                    rows.groups[row], image, high, low, batch.tokens[row], rows.copies[row]);
              }
            }
          }
        });
  }
}
