package io.gradus.benchmarks;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import java.nio.file.Path;
import java.util.List;

/** The stage {@code pack} from stored tokens to MDS. */
final class GradusPack implements Rival {
  private static final long SHARD_TOKENS = 8_000_000;

  private final JobContext context;
  private final StoredTokens stored;
  private final StageDirectory output;

  GradusPack(JobContext context, StoredTokens stored, Path output) {
    this.context = context;
    this.stored = stored;
    this.output = RatingsOptions.directory(output);
  }

  @Override
  public String name() {
    return "gradus";
  }

  @Override
  public String description() {
    return "pack to mds in Spark %s %s, heap limit %d MiB"
        .formatted(
            context.session().version(),
            context.session().sparkContext().master(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  @Override
  public Round run() {
    output.clear();
    PackConfig config = new PackConfig(List.of(ShardFormat.MDS), 2048, SHARD_TOKENS);
    Stopwatch stopwatch = new Stopwatch();
    new PackJob().run(context, config, stored.documents(), stored.order(), output);
    return stopwatch.stop();
  }

  @Override
  public void close() {}
}
