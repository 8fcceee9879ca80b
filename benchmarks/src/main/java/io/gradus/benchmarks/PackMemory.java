package io.gradus.benchmarks;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.pack.PackResult;
import io.gradus.jobs.verify.VerifyJob;
import io.gradus.jobs.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What {@code pack} and {@code verify} hold in memory, by the number of documents; see {@code
 * pack_memory}.
 */
@Command(name = "pack_memory")
public final class PackMemory {
  private static final long BATCH_TOKENS = 1 << 21;

  /** Beside the shards: what was packed. */
  private static final String PACKED = "packed-shards.json";

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

  /** Packs, and leaves the shards for {@link #verify}. */
  @Command(name = "pack")
  int pack(
      @Option(names = "--work", required = true) Path work,
      @Option(names = "--documents", defaultValue = "10M") String documents,
      @Option(names = "--formats", defaultValue = "mds,megatron,parquet") String formats)
      throws IOException {
    TinyDocuments tables = tables(work, documents);
    Section section = RatingsOptions.section("formats = [" + formats + "], sequence-length = 2048");
    PackConfig config = PackConfig.read(section, BATCH_TOKENS);
    section.problems().throwIfAny();
    StageDirectory output = shards(work);
    output.clear();
    System.out.println(RatingSpeed.machine());
    return measured(
        "pack",
        context -> {
          PackResult result =
              new PackJob().run(context, config, tables.documents(), tables.order(), output);
          output.writeText(PACKED, Json.write(result.table()));
          return String.format(
              Locale.ROOT,
              "%,d documents, %,d tokens, %d shards, %s",
              result.documents(),
              result.tokens(),
              result.shards(),
              formats);
        });
  }

  /** Verifies what {@link #pack} left, and removes it. */
  @Command(name = "verify")
  int verify(
      @Option(names = "--work", required = true) Path work,
      @Option(names = "--documents", defaultValue = "10M") String documents,
      @Option(names = "--formats", hidden = true) String formats)
      throws IOException {
    TinyDocuments tables = tables(work, documents);
    StageDirectory shards = shards(work);
    PackedShards packed = Json.read(shards.text(PACKED).orElseThrow(), PackedShards.class);
    // An order has all that is read of a selection.
    Finished<SelectionTable> selection =
        new Finished<>(
            tables.order().directory(),
            new SelectionTable(tables.order().table().rows(), tables.tokens(), Map.of()));
    StageDirectory output = RatingsOptions.directory(work.resolve("verified"));
    try {
      return measured(
          "verify",
          context -> {
            VerifyResult result =
                new VerifyJob()
                    .run(
                        context,
                        tables.documents(),
                        selection,
                        tables.order(),
                        new Finished<>(shards, packed),
                        output);
            if (!result.passed()) {
              throw new IllegalStateException(result.toString());
            }
            return String.format(Locale.ROOT, "%,d bytes read", result.bytes());
          });
    } finally {
      output.clear();
      shards.clear();
    }
  }

  private static int measured(String name, Function<JobContext, String> stage) throws IOException {
    HeapWatch heap = new HeapWatch();
    JobContext context = LocalContext.start("pack-memory");
    try {
      Stopwatch stopwatch = new Stopwatch();
      String done = stage.apply(context);
      Rival.Round took = stopwatch.stop();
      System.out.printf(
          Locale.ROOT,
          "%s: %s: %.1f s (%.1f s of processors);%n"
              + "%,d MiB resident at most (VmHWM), heap limit %,d MiB, of which collections left"
              + " %,d MiB at most%n",
          name,
          done,
          took.seconds(),
          took.processorSeconds(),
          ResidentMemory.mostBytes() >> 20,
          Runtime.getRuntime().maxMemory() >> 20,
          heap.mostBytes() >> 20);
    } finally {
      context.session().stop();
    }
    return 0;
  }

  private static StageDirectory shards(Path work) {
    return RatingsOptions.directory(work.resolve("packed"));
  }

  private static TinyDocuments tables(Path work, String documents) {
    return new TinyDocuments(work.resolve("tiny-" + documents), Quantity.count(documents));
  }
}
