package io.gradus.jobs.verify;

import io.gradus.common.workspace.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Consecutive steps of a simulated run, few enough to be held in memory; as many of them as needed
 * are the run.
 *
 * @param first the first step
 * @param end after the last
 */
record StepRange(long first, long end) {
  private static final long MOST_SEQUENCES = 1 << 20;

  /** How many ranges a run has. */
  static long count(SimulatedRun run) {
    return Rounded.up(run.steps(), size(run));
  }

  static StepRange of(SimulatedRun run, long index) {
    return new StepRange(index * size(run), Math.min(run.steps(), (index + 1) * size(run)));
  }

  private static long size(SimulatedRun run) {
    return Math.max(1, MOST_SEQUENCES / run.topology().stepSequences());
  }

  /** The last sequence that is read in it, in the curriculum's order; -1 for none. */
  long furthest(SimulatedRun run) {
    long furthest = -1;
    for (long step = first; step < end; step++) {
      furthest = Math.max(furthest, furthest(run, step));
    }
    return furthest;
  }

  private static long furthest(SimulatedRun run, long step) {
    long furthest = -1;
    for (int rank = 0; rank < run.topology().ranks(); rank++) {
      for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
        for (long sequence : run.sequences(rank, batch)) {
          furthest = sequence < run.sequences() ? Math.max(furthest, sequence) : furthest;
        }
      }
    }
    return furthest;
  }

  /**
   * What is out of order, and steps that ranks do not share alike.
   *
   * @param before the last sequence that is read in the steps before this range
   */
  Findings.Summary check(SimulatedRun run, long before) {
    Findings findings = new Findings(Findings.MOST_OF_PART);
    long furthest = before;
    for (long step = first; step < end; step++) {
      checkRanks(run, step, findings);
      for (int rank = 0; rank < run.topology().ranks(); rank++) {
        for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
          checkOrder(run.sequences(rank, batch), run, rank, step, furthest, findings);
        }
      }
      furthest = Math.max(furthest, furthest(run, step));
    }
    return findings.summary();
  }

  private static void checkRanks(SimulatedRun run, long step, Findings findings) {
    findings.checked(Check.RANKS, run.topology().ranks());
    long most = 0;
    for (int rank = 0; rank < run.topology().ranks(); rank++) {
      most = Math.max(most, run.endBatch(rank, step) - run.firstBatch(step));
    }
    for (int rank = 0; rank < run.topology().ranks(); rank++) {
      long batches = run.endBatch(rank, step) - run.firstBatch(step);
      if (batches < most) {
        findings.breach(
            Check.RANKS,
            "step " + step,
            "rank " + rank,
            String.format(
                "has %,d micro-batches where others have %,d, and would keep them waiting",
                batches, most));
      }
    }
  }

  private static void checkOrder(
      long[] sequences, SimulatedRun run, int rank, long step, long furthest, Findings findings) {
    for (long sequence : sequences) {
      if (sequence >= run.sequences()) {
        continue;
      }
      findings.checked(Check.INVERSIONS, 1);
      if (sequence < furthest) {
        findings.breach(
            Check.INVERSIONS,
            "step " + step,
            "rank " + rank,
            String.format(
                "sequence %,d is read after sequence %,d of an earlier step", sequence, furthest));
      }
    }
  }

  static final String BLOCK = "block";
  private static final String FROM = "from";
  private static final String TO = "to";

  /** Stretches of sequences that are read once each, cut where blocks end. */
  static final StructType STRETCHES =
      new StructType()
          .add(BLOCK, DataTypes.LongType, false)
          .add(FROM, DataTypes.LongType, false)
          .add(TO, DataTypes.LongType, false);

  /** Everything that is read, as stretches from the first sequence to after the last. */
  List<Row> stretches(SimulatedRun run, long blockSequences) {
    int length = 0;
    long[] read = new long[1 << 10];
    for (long step = first; step < end; step++) {
      for (int rank = 0; rank < run.topology().ranks(); rank++) {
        for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
          for (long sequence : run.sequences(rank, batch)) {
            read = length == read.length ? Arrays.copyOf(read, 2 * length) : read;
            read[length++] = sequence;
          }
        }
      }
    }
    Arrays.sort(read, 0, length);
    List<Row> rows = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= length; i++) {
      boolean goesOn = i < length && read[i] == read[i - 1] + 1 && read[i] % blockSequences != 0;
      if (!goesOn) {
        rows.add(RowFactory.create(read[from] / blockSequences, read[from], read[i - 1] + 1));
        from = i;
      }
    }
    return rows;
  }

  static final String STEP = "step";
  static final String RANKS = "ranks";

  /** What each rank gets at a step, micro-batch by micro-batch, as JSON. */
  static final StructType STEPS =
      new StructType().add(STEP, DataTypes.LongType, false).add(RANKS, DataTypes.StringType, false);

  List<Row> steps(SimulatedRun run) {
    List<Row> rows = new ArrayList<>();
    for (long step = first; step < end; step++) {
      List<List<MicroBatch>> ranks = new ArrayList<>();
      for (int rank = 0; rank < run.topology().ranks(); rank++) {
        List<MicroBatch> batches = new ArrayList<>();
        for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
          batches.add(
              new MicroBatch(
                  run.worker(rank, batch),
                  Arrays.stream(run.sequences(rank, batch)).boxed().toList()));
        }
        ranks.add(batches);
      }
      rows.add(RowFactory.create(step, Json.tree(ranks).toString()));
    }
    return rows;
  }

  /**
   * What a rank gets at a time.
   *
   * @param worker of the rank that loads it
   * @param sequences their numbers in the curriculum
   */
  record MicroBatch(int worker, List<Long> sequences) {}

  static final String SEQUENCE = "sequence";

  static final StructType READS =
      new StructType()
          .add(STEP, DataTypes.LongType, false)
          .add(SEQUENCE, DataTypes.LongType, false);

  /** Each sequence that is read, with its step. */
  List<Row> reads(SimulatedRun run) {
    List<Row> rows = new ArrayList<>();
    for (long step = first; step < end; step++) {
      for (int rank = 0; rank < run.topology().ranks(); rank++) {
        for (long batch = run.firstBatch(step); batch < run.endBatch(rank, step); batch++) {
          for (long sequence : run.sequences(rank, batch)) {
            rows.add(RowFactory.create(step, sequence));
          }
        }
      }
    }
    return rows;
  }
}
