package io.gradus.benchmarks;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.pack.PackResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code pack} holds in memory, by the number of documents; see {@code pack_memory}. */
@Command(name = "pack_memory")
public final class PackMemory {
  private static final long BATCH_TOKENS = 1 << 21;

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new PackMemory()).execute(arguments));
  }

  /** Writes the documents; options that only the other program knows are passed over. */
  @Command(name = "prepare")
  int prepare(
      @Option(names = "--work", required = true) Path work,
      @Option(names = "--documents", defaultValue = "10M") String documents,
      @Option(names = "--formats", hidden = true) String formats)
      throws IOException, InterruptedException, ExecutionException {
    Stopwatch writing = new Stopwatch();
    tables(work, documents).write(LocalContext.CORES);
    System.out.printf(
        Locale.ROOT, "%s documents written, %.1f s%n", documents, writing.stop().seconds());
    return 0;
  }

  @Command(name = "measure")
  int measure(
      @Option(names = "--work", required = true) Path work,
      @Option(names = "--documents", defaultValue = "10M") String documents,
      @Option(names = "--formats", defaultValue = "mds,megatron,parquet") String formats)
      throws IOException {
    TinyDocuments tables = tables(work, documents);
    Section section = RatingsOptions.section("formats = [" + formats + "], sequence-length = 2048");
    PackConfig config = PackConfig.read(section, BATCH_TOKENS);
    section.problems().throwIfAny();
    StageDirectory output = RatingsOptions.directory(work.resolve("packed"));
    output.clear();
    HeapWatch heap = new HeapWatch();
    JobContext context = LocalContext.start("pack-memory");
    try {
      Stopwatch stopwatch = new Stopwatch();
      PackResult result =
          new PackJob().run(context, config, tables.documents(), tables.order(), output);
      Rival.Round took = stopwatch.stop();
      System.out.printf(
          Locale.ROOT,
          "%s%n%,d documents, %,d tokens, %d shards, %s: %.1f s (%.1f s of processors);%n"
              + "%,d MiB resident at most (VmHWM), heap limit %,d MiB, of which collections left"
              + " %,d MiB at most%n",
          RatingSpeed.machine(),
          result.documents(),
          result.tokens(),
          result.shards(),
          formats,
          took.seconds(),
          took.processorSeconds(),
          ResidentMemory.mostBytes() >> 20,
          Runtime.getRuntime().maxMemory() >> 20,
          heap.mostBytes() >> 20);
    } finally {
      context.session().stop();
      output.clear();
    }
    return 0;
  }

  private static TinyDocuments tables(Path work, String documents) {
    return new TinyDocuments(work.resolve("tiny-" + documents), Quantity.count(documents));
  }
}
