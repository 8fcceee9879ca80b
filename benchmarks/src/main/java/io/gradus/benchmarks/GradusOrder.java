package io.gradus.benchmarks;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.OrderConfig;
import io.gradus.jobs.order.OrderJob;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The stage {@code order}, Parquet to Parquet. What stays from one round to the next is the JVM
 * with its Spark.
 */
final class GradusOrder implements OrderRival {
  private static final long SEED = 42;

  private final JobContext context;
  private final OrderConfig config;
  private final Finished<SelectionTable> selection;
  private final StageDirectory output;

  GradusOrder(JobContext context, String order, Finished<SelectionTable> selection, Path output) {
    this.context = context;
    Section section = RatingsOptions.section(order);
    this.config = OrderConfig.read(section);
    section.problems().throwIfAny();
    this.selection = selection;
    this.output = RatingsOptions.directory(output);
  }

  @Override
  public String name() {
    return "gradus";
  }

  @Override
  public String description() {
    return "order %s in Spark %s %s, heap limit %d MiB"
        .formatted(
            config.shape().title(),
            context.session().version(),
            context.session().sparkContext().master(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  @Override
  public Round run() {
    Stopwatch stopwatch = new Stopwatch();
    new OrderJob().run(context, config, SEED, selection, output);
    return stopwatch.stop();
  }

  @Override
  public long rows() {
    return context.session().read().parquet(output.table().toString()).count();
  }

  @Override
  public long peakBytes() throws IOException {
    return ResidentMemory.mostBytes();
  }

  @Override
  public void close() {}
}
