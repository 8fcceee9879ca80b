package io.gradus.jobs.rate;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.AccumulatorV2;

/**
 * Work done by each executor and device. Tasks send it with their heartbeats, so that the driver
 * sees work under way; may be added to by any thread.
 */
final class RatingProgress
    extends AccumulatorV2<RatingProgress.Done, Map<RatingProgress.Place, RatingWork>> {
  static final String NAME = "rating";
  private static final long serialVersionUID = 1;

  private final TreeMap<Place, RatingWork> work = new TreeMap<>();

  /**
   * Where work is done.
   *
   * @param executor Spark's name for it
   * @param device such as {@code gpu 0}
   * @param rater the folder of the rater that works there
   */
  record Place(String executor, String device, String rater)
      implements Comparable<Place>, java.io.Serializable {
    /** The executor that this is called in. */
    static Place here(String device, String rater) {
      return new Place(SparkEnv.get().executorId(), device, rater);
    }

    /** The place, whichever rater works there. */
    Place forAllRaters() {
      return new Place(executor, device, "");
    }

    @Override
    public int compareTo(Place other) {
      int byLength = Integer.compare(executor.length(), other.executor.length());
      int byName = byLength == 0 ? executor.compareTo(other.executor) : byLength;
      int byDevice = byName == 0 ? device.compareTo(other.device) : byName;
      return byDevice == 0 ? rater.compareTo(other.rater) : byDevice;
    }

    @Override
    public String toString() {
      return "executor " + executor + ", " + device;
    }
  }

  /** A piece of work. */
  record Done(Place place, RatingWork work) {}

  /**
   * What was done for one rater, wherever.
   *
   * @param rater its folder
   */
  RatingWork of(String rater) {
    return value().entrySet().stream()
        .filter(done -> done.getKey().rater().equals(rater))
        .map(Map.Entry::getValue)
        .reduce(RatingWork.NONE, RatingWork::plus);
  }

  @Override
  public synchronized boolean isZero() {
    return work.isEmpty();
  }

  @Override
  public synchronized RatingProgress copy() {
    RatingProgress copy = new RatingProgress();
    copy.work.putAll(work);
    return copy;
  }

  @Override
  public synchronized void reset() {
    work.clear();
  }

  @Override
  public synchronized void add(Done done) {
    work.merge(done.place(), done.work(), RatingWork::plus);
  }

  @Override
  public void merge(AccumulatorV2<Done, Map<Place, RatingWork>> other) {
    other.value().forEach((place, done) -> add(new Done(place, done)));
  }

  @Override
  public synchronized Map<Place, RatingWork> value() {
    return new TreeMap<>(work);
  }
}
