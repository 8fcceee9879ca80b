package io.gradus.benchmarks;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.PackedShards;
import io.gradus.common.workspace.Finished;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.verify.ReadingConfig;
import io.gradus.jobs.verify.ReadingJob;
import io.gradus.jobs.verify.ReadingResult;
import io.gradus.jobs.verify.Topology;
import io.gradus.jobs.verify.Trainer;
import io.gradus.jobs.verify.VerifyJob;
import io.gradus.jobs.verify.VerifyResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast shards are read back: stored bytes a second, coverage and order checked. */
@Command(name = "verify_speed")
public final class VerifySpeed implements Callable<Integer> {
  private static final double BAR = 300;
  private static final long BATCH_TOKENS = 1 << 21;
  private static final double MEGABYTE = 1e6;

  @Option(names = "--work", required = true, description = "Where everything is kept.")
  private Path work;

  @Option(names = "--tokens", defaultValue = "500M", description = "Tokens of the documents.")
  private String tokens;

  @Option(names = "--formats", defaultValue = "mds,megatron", description = "What to pack.")
  private String formats;

  @Option(names = "--rounds", defaultValue = "3", description = "After one to warm up.")
  private int rounds;

  /** Measures and exits with 1 where the bar is missed. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new VerifySpeed()).execute(arguments));
  }

  @Override
  public Integer call() {
    SyntheticPack pack =
        new SyntheticPack(
            work.resolve(tokens + "-" + formats.replace(',', '-')), Quantity.count(tokens));
    Section section =
        RatingsOptions.section(
            "formats = [" + formats + "], sequence-length = 2048, shard-tokens = 16M");
    PackConfig config = PackConfig.read(section, BATCH_TOKENS);
    section.problems().throwIfAny();
    JobContext context = LocalContext.start("verify");
    try {
      Finished<PackedShards> packed = pack.packed(context, config);
      double verify = measure("verify", () -> verify(context, pack, packed));
      measure("verify --as megatron", () -> read(context, pack, packed));
      System.out.printf(
          Locale.ROOT, "bar: %.0f MB/s, %s%n", BAR, verify >= BAR ? "reached" : "missed");
      return verify >= BAR ? 0 : 1;
    } finally {
      context.session().stop();
    }
  }

  /** Megabytes a second in the median round. */
  private double measure(String name, Callable<Long> round) {
    List<Double> speeds = new ArrayList<>();
    for (int i = 0; i <= rounds; i++) {
      Stopwatch stopwatch = new Stopwatch();
      long bytes;
      try {
        bytes = round.call();
      } catch (Exception e) {
        throw new IllegalStateException(name + " failed", e);
      }
      Rival.Round took = stopwatch.stop();
      double speed = bytes / MEGABYTE / took.seconds();
      System.out.printf(
          Locale.ROOT,
          "%s: %,d bytes in %.1f s (%.1f s of processors), %.0f MB/s%s%n",
          name,
          bytes,
          took.seconds(),
          took.processorSeconds(),
          speed,
          i == 0 ? ", to warm up" : "");
      if (i > 0) {
        speeds.add(speed);
      }
    }
    speeds.sort(null);
    return speeds.get(speeds.size() / 2);
  }

  private static long verify(
      JobContext context, SyntheticPack pack, Finished<PackedShards> packed) {
    VerifyResult result =
        new VerifyJob()
            .run(
                context,
                pack.documents(),
                pack.selection(),
                pack.order(),
                packed,
                pack.directory("verify"));
    if (!result.passed()) {
      throw new IllegalStateException("not verified: " + result.breaches());
    }
    return result.bytes();
  }

  private static long read(JobContext context, SyntheticPack pack, Finished<PackedShards> packed) {
    Topology topology = new Topology(2, 4, 2, 4, 4);
    ReadingResult result =
        new ReadingJob()
            .run(
                context,
                ReadingConfig.of(
                    Trainer.MEGATRON,
                    topology,
                    List.of(),
                    packed.table().train().sequences() / topology.stepSequences()),
                pack.order(),
                packed,
                ReadingJob.Bytes.UNREAD,
                pack.directory("verify"));
    if (!result.passed()) {
      throw new IllegalStateException("not read in order: " + result.breaches());
    }
    return result.bytes();
  }
}
