package io.gradus.jobs.calibrate;

import java.nio.ByteBuffer;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.req.ReqSketch;

/**
 * Moments and a quantile sketch of a stream of scores. Mean and variance are updated and merged by
 * the formulas of Chan, Golub and LeVeque (1979); the quantiles are a relative-error sketch (REQ;
 * Cormode et al. 2021) of the scores as 32-bit floats.
 *
 * <p>Folding the same scores in the same order always gives the same bytes. Among the quantile
 * sketches of DataSketches only REQ allows that: KLL and the classic sketch draw from a generator
 * that all sketches of a JVM share, and the t-digest sorts equal means by chance; a REQ sketch that
 * is being watched has a generator of its own with a fixed start.
 */
final class ScoreSummary {
  private static final int FIXED_BYTES = 6 * Long.BYTES;

  private final ReqSketch sketch;
  private long documents;
  private long missing;
  private double mean;
  private double squares;
  private double minimum = Double.POSITIVE_INFINITY;
  private double maximum = Double.NEGATIVE_INFINITY;

  /** An empty summary whose sketch has the given size parameter k. */
  ScoreSummary(int sketchSize) {
    this.sketch = ReqSketch.builder().setK(sketchSize).setReqDebug(new SilentWatcher()).build();
  }

  private ScoreSummary(ReqSketch sketch) {
    this.sketch = sketch;
  }

  /** Adds one score; NaN and infinity count as missing. */
  void add(double score) {
    if (!Double.isFinite(score)) {
      missing++;
      return;
    }
    documents++;
    double difference = score - mean;
    mean += difference / documents;
    squares += difference * (score - mean);
    minimum = Math.min(minimum, score);
    maximum = Math.max(maximum, score);
    sketch.update((float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, score)));
  }

  /** Adds a document without a score. */
  void addMissing() {
    missing++;
  }

  /** Adds all that another summary, of the same sketch size, has seen. */
  void merge(ScoreSummary other) {
    missing += other.missing;
    if (other.documents == 0) {
      return;
    }
    long sum = documents + other.documents;
    double difference = other.mean - mean;
    squares +=
        other.squares + difference * difference * ((double) documents * other.documents / sum);
    mean += difference * ((double) other.documents / sum);
    documents = sum;
    minimum = Math.min(minimum, other.minimum);
    maximum = Math.max(maximum, other.maximum);
    sketch.merge(other.sketch);
  }

  long documents() {
    return documents;
  }

  long missing() {
    return missing;
  }

  double mean() {
    return mean;
  }

  /** The standard deviation of the population. */
  double standardDeviation() {
    return documents == 0 ? 0 : Math.sqrt(squares / documents);
  }

  double minimum() {
    return documents == 0 ? 0 : minimum;
  }

  double maximum() {
    return documents == 0 ? 0 : maximum;
  }

  /** The REQ sketch alone, as DataSketches serialises it. */
  byte[] sketch() {
    return sketch.toByteArray();
  }

  byte[] toBytes() {
    byte[] serialised = sketch.toByteArray();
    return ByteBuffer.allocate(FIXED_BYTES + serialised.length)
        .putLong(documents)
        .putLong(missing)
        .putDouble(mean)
        .putDouble(squares)
        .putDouble(minimum)
        .putDouble(maximum)
        .put(serialised)
        .array();
  }

  /** Reads a summary that is only to be merged into another: its own generator starts anywhere. */
  static ScoreSummary fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long documents = buffer.getLong();
    long missing = buffer.getLong();
    double mean = buffer.getDouble();
    double squares = buffer.getDouble();
    double minimum = buffer.getDouble();
    double maximum = buffer.getDouble();
    byte[] sketch = new byte[buffer.remaining()];
    buffer.get(sketch);
    ScoreSummary summary = new ScoreSummary(ReqSketch.heapify(Memory.wrap(sketch)));
    summary.documents = documents;
    summary.missing = missing;
    summary.mean = mean;
    summary.squares = squares;
    summary.minimum = minimum;
    summary.maximum = maximum;
    return summary;
  }
}
