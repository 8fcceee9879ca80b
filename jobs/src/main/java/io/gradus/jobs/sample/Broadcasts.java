package io.gradus.jobs.sample;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** What one run has sent to the executors, to be taken back at its end. */
final class Broadcasts implements AutoCloseable {
  private final JavaSparkContext spark;
  private final List<Broadcast<?>> sent = new ArrayList<>();

  Broadcasts(JavaSparkContext spark) {
    this.spark = spark;
  }

  <T> Broadcast<T> of(T value) {
    Broadcast<T> broadcast = spark.broadcast(value);
    sent.add(broadcast);
    return broadcast;
  }

  @Override
  public void close() {
    sent.forEach(broadcast -> broadcast.destroy());
  }
}
