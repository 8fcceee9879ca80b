package io.gradus.benchmarks;

import static org.apache.spark.sql.functions.avg;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sample.SampleConfig;
import io.gradus.jobs.sample.SampleJob;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The stage {@code sample}, Parquet to Parquet. What stays from one round to the next is the JVM
 * with its Spark.
 */
final class GradusSample implements SelectionRival {
  private static final long SEED = 42;

  private final String name;
  private final JobContext context;
  private final SampleConfig config;
  private final RatingInputs inputs;
  private final StageDirectory output;
  private SelectionTable selection;

  GradusSample(
      String name, JobContext context, SelectionTask task, RatingInputs inputs, Path output) {
    this.name = name;
    this.context = context;
    Section section = RatingsOptions.section(task.configuration());
    this.config = SampleConfig.read(section);
    section.problems().throwIfAny();
    this.inputs = inputs;
    this.output = RatingsOptions.directory(output);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return "sample in Spark %s %s, heap limit %d MiB"
        .formatted(
            context.session().version(),
            context.session().sparkContext().master(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  @Override
  public Round run() {
    output.clear();
    Stopwatch stopwatch = new Stopwatch();
    selection = new SampleJob().run(context, config, SEED, inputs, output).table();
    return stopwatch.stop();
  }

  @Override
  public Selected selected() {
    double meanScore =
        context
            .session()
            .read()
            .parquet(output.table().toString())
            .agg(avg(SelectionTable.SCORE).as("mean"))
            .first()
            .getAs("mean");
    return new Selected(selection.rows(), selection.tokens(), meanScore);
  }

  @Override
  public long peakBytes() throws IOException {
    return ResidentMemory.mostBytes();
  }

  @Override
  public void close() {}
}
