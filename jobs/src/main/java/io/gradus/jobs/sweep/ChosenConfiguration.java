package io.gradus.jobs.sweep;

import com.typesafe.config.ConfigUtil;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.List;
import java.util.Locale;

/** A configuration file that includes another one and selects as a setting of its sweep does. */
public final class ChosenConfiguration {
  /** The first words of such a file, by which one is known. */
  public static final String MARK = "# Chosen by gradus sweep";

  private ChosenConfiguration() {}

  /**
   * The file's text.
   *
   * @param included the name of the other file, in the same folder
   * @param settings lines that were laid over the other file for the sweep
   * @param expression by which the setting was picked
   */
  public static String text(
      String included,
      List<String> settings,
      String expression,
      Setting setting,
      SweepReport report) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s --pick '%s': quality %.3f, diversity %.3f, %,d tokens.%n",
                MARK,
                expression.replaceAll("\\s", " "),
                setting.figures().quality(),
                setting.figures().diversity(),
                setting.figures().tokens()));
    text.append("include required(").append(ConfigUtil.quoteString(included)).append(")\n");
    settings.forEach(line -> text.append(line).append('\n'));
    SettingLines.of(setting, report.maxRepeats()).forEach(line -> text.append(line).append('\n'));
    return text.toString().replace("\r\n", "\n");
  }
}
