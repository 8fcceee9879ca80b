package io.gradus.jobs.rate;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.job.Console;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;

/** How long rating would take, by what {@code gradus rater bench} measured. */
public final class RateEstimate {
  private RateEstimate() {}

  /**
   * A line for each bundle.
   *
   * @param tokens of the documents, in the training tokenizer's tokens; empty before ingest
   */
  public static List<String> of(RateConfig config, OptionalLong tokens, Configuration hadoop) {
    return of(config, tokens, hadoop, RaterSpeeds.ofThisUser());
  }

  static List<String> of(
      RateConfig config, OptionalLong tokens, Configuration hadoop, RaterSpeeds speeds) {
    List<String> lines = new ArrayList<>();
    for (RaterConfig rater : config.raters()) {
      if (rater instanceof RaterConfig.Bundle named) {
        String digest = RaterBundle.find(named.bundle(), hadoop).digest();
        OptionalDouble speed = speeds.find(digest, config.device());
        lines.add(named.bundle() + ": " + estimate(named, speed, tokens));
      }
    }
    return lines;
  }

  /**
   * What is known of a bundle before it runs.
   *
   * @param bundle as the configuration names it
   * @param bytes of all its files
   * @param tokensPerSecond of one core of this machine, or of one GPU; 0 where nobody has measured
   */
  public record BundleSpeed(String bundle, long bytes, double tokensPerSecond) {}

  /** The speeds that {@code gradus rater bench} measured for this user. */
  public static List<BundleSpeed> speeds(RateConfig config, Configuration hadoop) {
    return speeds(config, hadoop, RaterSpeeds.ofThisUser());
  }

  static List<BundleSpeed> speeds(RateConfig config, Configuration hadoop, RaterSpeeds speeds) {
    // On a processor the bench uses all of it.
    int devices = config.device().usesGpu() ? 1 : Runtime.getRuntime().availableProcessors();
    List<BundleSpeed> found = new ArrayList<>();
    for (RaterConfig rater : config.raters()) {
      if (rater instanceof RaterConfig.Bundle named) {
        RaterBundle bundle = RaterBundle.find(named.bundle(), hadoop);
        double speed = speeds.find(bundle.digest(), config.device()).orElse(0);
        found.add(new BundleSpeed(named.bundle(), bundle.bytes(), speed / devices));
      }
    }
    return found;
  }

  private static String estimate(
      RaterConfig.Bundle rater, OptionalDouble speed, OptionalLong tokens) {
    if (speed.isEmpty()) {
      return "how fast this machine is tells 'gradus rater bench " + rater.bundle() + "'";
    }
    String measured = String.format("%,.0f tokens/s by 'gradus rater bench'", speed.getAsDouble());
    if (tokens.isEmpty()) {
      return measured + "; how many tokens there are is known after ingest";
    }
    Duration time = Duration.ofSeconds(Math.round(tokens.getAsLong() / speed.getAsDouble()));
    return String.format(
        "%s tokens take %s%s of one such machine or GPU (%s)",
        Quantity.show(tokens.getAsLong()),
        rater.maxChunks() == 0 ? "about " : "at most about ",
        Console.duration(time),
        measured);
  }
}
