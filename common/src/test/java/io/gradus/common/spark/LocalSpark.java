package io.gradus.common.spark;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;

/** The one local session that all tests of a module share. */
public final class LocalSpark {
  private static final SparkSession SESSION =
      SparkSession.builder()
          .master("local[2]")
          .appName("gradus-tests")
          .config("spark.ui.enabled", "false")
          .config("spark.executor.heartbeatInterval", "1s")
          .config("spark.sql.shuffle.partitions", "4")
          .config("spark.sql.session.timeZone", "UTC")
          .config("spark.sql.warehouse.dir", "target/spark-warehouse")
          .getOrCreate();

  private LocalSpark() {}

  public static SparkSession session() {
    return SESSION;
  }

  /** A context on the shared session whose console prints nowhere. */
  public static JobContext context() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new JobContext(
        SESSION,
        Clock.systemUTC(),
        new Console(nowhere, Clock.systemUTC(), Duration.ofSeconds(10)));
  }
}
