package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.gradus.common.spark.LocalSpark;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class WorkSummaryTest {
  private static final CountDownLatch RELEASED = new CountDownLatch(1);
  private final RatingProgress progress = new RatingProgress();
  private final RatingWatch watch = new RatingWatch(progress, news -> {});
  private final Hand clock = new Hand();
  private final WorkSummary summary = new WorkSummary(watch, clock);

  private static final class Hand extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private void done(String executor, String device, RatingWork work) {
    progress.add(
        new RatingProgress.Done(new RatingProgress.Place(executor, device, "rater"), work));
  }

  @Test
  void aLineForEachExecutorAndDeviceWithItsSpeedSinceTheLastLine() {
    done("10", "gpu 0", RatingWork.batch(900, 1000, 1));
    done("2", "gpu 1", RatingWork.batch(500, 500, 1));
    done("2", "gpu 1", RatingWork.document(70));
    progress.add(
        new RatingProgress.Done(
            new RatingProgress.Place("2", "gpu 1", "another"), RatingWork.quarantine()));
    clock.now = Instant.ofEpochSecond(10);
    assertThat(summary.lines())
        .containsExactly(
            "            executor 2, gpu 1: 1 documents, 50 rater tokens/s, 0.0 % padding, 1"
                + " quarantined",
            "            executor 10, gpu 0: 0 documents, 90 rater tokens/s, 10.0 % padding");
    done("2", "gpu 1", RatingWork.batch(2000, 2000, 1));
    done("2", "gpu 1", RatingWork.halving());
    clock.now = Instant.ofEpochSecond(20);
    assertThat(summary.lines().get(0))
        .isEqualTo(
            "            executor 2, gpu 1: 1 documents, 200 rater tokens/s, 0.0 % padding, 1"
                + " batches halved for memory, 1 quarantined");
    assertThat(summary.tokens()).isEqualTo(70);
  }

  @Test
  void manyDevicesAreSummedUp() {
    IntStream.rangeClosed(1, 9)
        .forEach(i -> done("" + i, "gpu 0", RatingWork.batch(100L * i, 100L * i, 1)));
    clock.now = Instant.ofEpochSecond(1);
    assertThat(summary.lines())
        .containsExactly(
            "            9 devices: 0 documents, 100 to 900 rater tokens/s each (median 500), 0.0 %"
                + " padding");
  }

  @Test
  void theManifestTellsTheWorkOfTheWholeTime() {
    done("1", "gpu 0", RatingWork.batch(900, 1000, 2_000_000_000L));
    clock.now = Instant.ofEpochSecond(3);
    assertThat(summary.results(progress.value()))
        .containsExactly(
            new RateResult.DeviceResult("1", "gpu 0", 0, 0, 900, 0.1, 1, 0, 300, 2, 0));
  }

  @Test
  void workOfARunningTaskIsSeenBeforeItEndsAndCountedOnceAfterwards() throws Exception {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
    RatingProgress registered = new RatingProgress();
    spark.sc().register(registered, RatingProgress.NAME);
    RatingWatch live = new RatingWatch(registered, news -> {});
    spark.sc().addSparkListener(live);
    JavaFutureAction<Void> job =
        spark
            .parallelize(List.of(9), 1)
            .foreachAsync(
                tokens -> {
                  RatingProgress.Place here = RatingProgress.Place.here("cpu", "rater");
                  registered.add(new RatingProgress.Done(here, RatingWork.document(tokens)));
                  RELEASED.await();
                });
    while (live.total().tokens() == 0 && !job.isDone()) {
      Thread.sleep(20);
    }
    assertThat(job.isDone()).isFalse();
    assertThat(live.work())
        .containsExactly(
            entry(new RatingProgress.Place("driver", "cpu", "rater"), RatingWork.document(9)));
    RELEASED.countDown();
    job.get();
    assertThat(registered.value().values()).containsExactly(RatingWork.document(9));
    while (!live.total().equals(RatingWork.document(9))) {
      // The news that the task has ended comes a little later.
      Thread.sleep(20);
    }
    spark.sc().removeSparkListener(live);
  }
}
