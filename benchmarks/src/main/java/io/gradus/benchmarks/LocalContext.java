package io.gradus.benchmarks;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;

/** What Gradus's jobs run in: Spark on two cores of this process, and a silent console. */
final class LocalContext {
  static final int CORES = 2;

  private LocalContext() {}

  static JobContext start(String name) {
    SparkSession spark =
        SparkSession.builder()
            .master("local[" + CORES + "]")
            .appName(name)
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", 2 * CORES)
            .getOrCreate();
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Clock clock = Clock.systemUTC();
    return new JobContext(spark, clock, new Console(nowhere, clock, Duration.ofSeconds(5)));
  }
}
