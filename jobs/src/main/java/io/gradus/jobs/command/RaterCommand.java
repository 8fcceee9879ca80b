package io.gradus.jobs.command;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.gradus.common.configuration.Credentials;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.rate.DeviceConfig;
import io.gradus.jobs.rate.RaterBench;
import io.gradus.jobs.rate.RaterInspection;
import io.gradus.jobs.rate.RaterSpeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "rater",
    description = "Looks at a rater bundle outside of a run.",
    mixinStandardHelpOptions = true,
    subcommands = {RaterCommand.Check.class, RaterCommand.Bench.class})
final class RaterCommand {
  private RaterCommand() {}

  /** The bundle and what it is to run on. */
  static final class Target {
    @Parameters(
        paramLabel = "BUNDLE",
        description = "A rater bundle's folder, on any Hadoop file system, or 'builtin'.")
    private String bundle;

    @Option(
        names = "--provider",
        paramLabel = "NAME",
        description = "cpu (the default), cuda or tensorrt, as rate.device.provider.")
    private String provider;

    @Option(
        names = "--engine-cache",
        paramLabel = "FOLDER",
        description = "Where TensorRT's engines are kept, as rate.device.engine-cache.")
    private String engineCache;

    RaterInspection open() {
      Credentials.refuse("The bundle", bundle);
      Map<String, Object> device = new TreeMap<>();
      if (provider != null) {
        device.put("provider", provider);
      }
      if (engineCache != null) {
        device.put("engine-cache", engineCache);
      }
      Problems problems = new Problems();
      DeviceConfig config =
          DeviceConfig.read(
              Section.root(
                  ConfigFactory.empty().withFallback(ConfigValueFactory.fromMap(device)),
                  problems));
      if (!problems.messages().isEmpty()) {
        throw new UserMistake(String.join("\n", problems.messages()));
      }
      return new RaterInspection(bundle, config, SparkSessions.hadoop());
    }
  }

  @Command(
      name = "check",
      description =
          "Checks a bundle's digests, its graph's inputs and outputs, and that its probes give the"
              + " scores that rater.json promises. Exit code 2 at the first thing that is wrong.",
      mixinStandardHelpOptions = true)
  static final class Check implements Runnable {
    @Mixin private Target target;

    @Override
    public void run() {
      target.open().check().forEach(System.out::println);
      System.out.println("The bundle is good.");
    }
  }

  @Command(
      name = "bench",
      description =
          "Measures the tokens per second of this machine for several batch budgets, and tells how"
              + " long a corpus takes. 'gradus explain' uses the figure.",
      mixinStandardHelpOptions = true)
  static final class Bench implements Runnable {
    private static final double HOURS_OF_A_DAY = 24;

    @Mixin private Target target;

    @Option(
        names = "--tokens",
        paramLabel = "COUNT",
        defaultValue = "100B",
        description = "The corpus, in the rater's tokens (default: ${DEFAULT-VALUE}).")
    private String tokens;

    @Option(
        names = "--seconds",
        paramLabel = "N",
        defaultValue = "5",
        description = "How long each budget is measured at least (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
        names = "--texts",
        paramLabel = "FILE",
        description = "Documents to rate, one a line (default: made-up ones of mixed length).")
    private Path texts;

    @Override
    public void run() {
      long corpus = corpus();
      if (seconds < 1) {
        throw new UserMistake("--seconds: '" + seconds + "' must be at least 1");
      }
      RaterInspection bundle = target.open();
      RaterBench bench = new RaterBench(bundle, documents(), Duration.ofSeconds(seconds));
      System.out.println(bundle.title());
      System.out.println(bench.engine());
      System.out.println("  rate.batch-tokens    tokens/s   padding");
      List<RaterBench.Speed> speeds = new ArrayList<>();
      for (int budget : bench.budgets()) {
        RaterBench.Speed speed = bench.measure(budget);
        speeds.add(speed);
        System.out.printf(
            Locale.ROOT,
            "  %,17d  %,10.0f   %5.1f %%%s%n",
            budget,
            speed.tokensPerSecond(),
            100 * speed.paddingShare(),
            speed.halvings() == 0 ? "" : "   too large for the memory, halved");
      }
      RaterBench.Speed best = RaterBench.best(speeds);
      double hours = corpus / best.tokensPerSecond() / 3600;
      System.out.printf(
          Locale.ROOT,
          "Best: %s, %,.0f tokens/s.%n"
              + "%s tokens take %,.1f hours on one such machine or GPU; %,d of them do it in a day.%n",
          speeds.size() == 1
              ? "one chunk at a time, as this bundle asks for"
              : "rate.batch-tokens = " + best.batchTokens(),
          best.tokensPerSecond(),
          Quantity.show(corpus),
          hours,
          (long) Math.ceil(hours / HOURS_OF_A_DAY));
      RaterSpeeds.ofThisUser().keep(bundle, best.tokensPerSecond());
    }

    private long corpus() {
      try {
        return Quantity.count(tokens);
      } catch (IllegalArgumentException e) {
        throw new UserMistake("--tokens: " + e.getMessage(), e);
      }
    }

    private List<String> documents() {
      if (texts == null) {
        return List.of();
      }
      try {
        List<String> lines =
            Files.readAllLines(texts).stream().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
          throw new UserMistake("--texts: '" + texts + "' has no documents, one a line");
        }
        return lines;
      } catch (IOException e) {
        throw new UserMistake(
            "--texts: cannot read '" + texts + "' as UTF-8 text (" + e.getMessage() + ")", e);
      }
    }
  }
}
