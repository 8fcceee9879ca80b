package io.gradus.jobs.command;

import io.gradus.common.configuration.Credentials;
import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;

/**
 * Starts and stops the one session of a command: what spark-submit configured, or an embedded Spark
 * on all cores of this machine.
 */
final class SparkSessions {
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);

  private SparkSessions() {}

  /** Does the work in a session that lives as long as the work. */
  static void with(PrintStream out, Consumer<JobContext> work) {
    Clock clock = Clock.systemUTC();
    SparkConf settings = new SparkConf();
    settings.setIfMissing("spark.app.name", "gradus");
    settings.setIfMissing("spark.sql.session.timeZone", "UTC");
    // Tables on S3A are uploaded to their places and appear by commit, instead of being copied
    // there.
    settings.setIfMissing("spark.hadoop.fs.s3a.committer.name", "magic");
    settings.setIfMissing("spark.redaction.regex", Credentials.SECRETS);
    settings.setIfMissing("spark.master", "local[*]");
    if (settings.get("spark.master").startsWith("local")) {
      settings.setIfMissing("spark.ui.enabled", "false");
      settings.setIfMissing("spark.driver.host", "localhost");
      settings.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      int partitions = 2 * Runtime.getRuntime().availableProcessors();
      settings.setIfMissing("spark.sql.shuffle.partitions", Integer.toString(partitions));
    }
    SparkSession session = SparkSession.builder().config(settings).getOrCreate();
    try {
      work.accept(new JobContext(session, clock, new Console(out, clock, PROGRESS_INTERVAL)));
    } finally {
      session.stop();
    }
  }

  /** The Hadoop configuration that a session would have, without starting one. */
  static Configuration hadoop() {
    return hadoop(Map.of());
  }

  /** The same for a session with further settings. */
  static Configuration hadoop(Map<String, String> settings) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    return SparkHadoopUtil.get().newConfiguration(conf);
  }
}
