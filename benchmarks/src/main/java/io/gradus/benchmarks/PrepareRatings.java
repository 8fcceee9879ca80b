package io.gradus.benchmarks;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.jobs.calibrate.CalibrateConfig;
import io.gradus.jobs.calibrate.CalibrateJob;
import io.gradus.jobs.calibrate.CalibrateResult;
import io.gradus.jobs.rate.SyntheticRatings;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Writes synthetic ratings and calibrates them, in a JVM of its own so that the memory of what is
 * measured afterwards is its own too.
 */
@Command(name = "prepare_ratings")
public final class PrepareRatings implements Callable<Integer> {
  @Mixin private RatingsOptions ratings;

  @Option(names = "--calibrations", description = "How often calibrate runs.")
  private int calibrations = 2;

  /** Prepares; options that other programs know are passed over. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new PrepareRatings())
            .setUnmatchedArgumentsAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Stopwatch writing = new Stopwatch();
    SyntheticRatings.Written written = ratings.write();
    System.out.printf(
        Locale.ROOT,
        "%,d rows, %,d tokens in %s (%.1f s)%n",
        written.ratings().rows(),
        written.ratings().tokens(),
        ratings.folder(),
        writing.stop().seconds());
    JobContext context = LocalContext.start("calibrate");
    try {
      Section section = RatingsOptions.section("");
      CalibrateConfig config = CalibrateConfig.read(section);
      for (int round = 0; round < calibrations; round++) {
        Stopwatch stopwatch = new Stopwatch();
        CalibrateResult result =
            new CalibrateJob().run(context, config, ratings.written(), ratings.calibration());
        Rival.Round took = stopwatch.stop();
        ratings.calibrated(result.table());
        System.out.printf(
            Locale.ROOT,
            "calibrate: %.1f s (%.1f s of processors)%n",
            took.seconds(),
            took.processorSeconds());
      }
    } finally {
      context.session().stop();
    }
    return 0;
  }
}
