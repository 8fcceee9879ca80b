package io.gradus.benchmarks;

import io.gradus.common.configuration.Section;
import java.math.BigDecimal;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What is selected; each rival is told in its own words. */
final class SelectionTask {
  /** How the budget is divided, in proportion to the tokens of the groups. */
  enum By {
    NONE,
    SOURCE,
    SOURCE_AND_TOPIC;

    String text() {
      return Section.name(this);
    }

    static By of(String text) {
      return By.valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
  }

  static final String CRITERION = "educational_value";
  static final double TEMPERATURE = 2.0;

  @Option(names = "--share", description = "Of all tokens, such as 0.11.")
  private BigDecimal share = new BigDecimal("0.11");

  @Option(names = "--by", description = "none, source, source-and-topic")
  private By by = By.NONE;

  BigDecimal share() {
    return share;
  }

  By by() {
    return by;
  }

  /** The same without groups. */
  SelectionTask ungrouped() {
    SelectionTask task = new SelectionTask();
    task.share = share;
    return task;
  }

  /** The section {@code sample}. */
  String configuration() {
    String quotas = by == By.NONE ? "none" : "proportional, by = " + by.text();
    return "method = temperature, temperature = %s, tokens = \"%s%%\", weights { %s = 1.0 }, normalise = z-score, quotas = %s"
        .formatted(TEMPERATURE, share.movePointRight(2).toPlainString(), CRITERION, quotas);
  }
}
