package io.gradus.common.job;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** What one run has sent to the executors, to be taken back at its end. */
public final class Broadcasts implements AutoCloseable {
  private final JavaSparkContext spark;
  private final List<Broadcast<?>> sent = new ArrayList<>();

  /** Nothing is sent yet. */
  public Broadcasts(JavaSparkContext spark) {
    this.spark = spark;
  }

  /** Sends a value. */
  public <T> Broadcast<T> of(T value) {
    Broadcast<T> broadcast = spark.broadcast(value);
    sent.add(broadcast);
    return broadcast;
  }

  @Override
  public void close() {
    sent.forEach(broadcast -> broadcast.destroy());
  }
}
