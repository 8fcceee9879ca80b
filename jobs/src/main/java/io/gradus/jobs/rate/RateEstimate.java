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
