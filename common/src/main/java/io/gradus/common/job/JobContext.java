package io.gradus.common.job;

import java.time.Clock;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Everything outside that a stage may touch. The session belongs to the caller: a job neither stops
 * nor reconfigures it.
 *
 * @param session the Spark session that all work runs in
 * @param clock for timings only; no time ever enters a table
 * @param console where progress is shown
 */
public record JobContext(SparkSession session, Clock clock, Console console) {

  /** The Hadoop configuration that Spark itself reads and writes with. */
  public Configuration hadoop() {
    return session.sessionState().newHadoopConf();
  }
}
