package io.gradus.jobs.advise;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Which checkpoints are averaged. A run that is not averaged is an average of its last checkpoint.
 *
 * @param checkpoints steps, ascending; the last one is the end of the run
 * @param weights one for each checkpoint
 */
record Averaging(List<Long> checkpoints, List<Double> weights) {

  static Averaging none(long steps) {
    return new Averaging(List.of(steps), List.of(1.0));
  }

  /**
   * The last checkpoints of a run that saves one every {@code interval} steps and at its end.
   * Fewer, when the run saves fewer.
   */
  static Averaging last(AverageMethod method, double alpha, int wanted, long steps, long interval) {
    long saved = (steps + interval - 1) / interval;
    int count = (int) Math.min(wanted, saved);
    List<Long> checkpoints =
        LongStream.rangeClosed(saved - count + 1, saved)
            .map(index -> Math.min(steps, index * interval))
            .boxed()
            .toList();
    return new Averaging(
        checkpoints, DoubleStream.of(CheckpointWeights.of(method, count, alpha)).boxed().toList());
  }

  boolean averages() {
    return checkpoints.size() > 1;
  }

  /** How much the gradient of a step, counted from 1, counts in the average. */
  double share(long step) {
    double[] decay =
        CheckpointWeights.asDecay(weights.stream().mapToDouble(Double::doubleValue).toArray());
    for (int i = 0; i < decay.length; i++) {
      if (step <= checkpoints.get(i)) {
        return decay[i];
      }
    }
    return 0;
  }
}
