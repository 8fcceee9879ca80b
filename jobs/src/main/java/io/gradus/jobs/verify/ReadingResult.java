package io.gradus.jobs.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a training run would read.
 *
 * @param trainer whose loader was simulated
 * @param topology how the run is spread out
 * @param settings the loader's settings that make the order, as they were simulated
 * @param format the format that it reads
 * @param layout the layout of the format, in words
 * @param steps optimizer steps
 * @param stepSequences sequences of a whole step
 * @param sequences sequences of the curriculum
 * @param bytes bytes of the format's files that were digested
 * @param checks every check with its counts
 * @param breachCount all breaches
 * @param breaches the first of them
 * @param remedies what would mend them, in sentences
 */
public record ReadingResult(
    Trainer trainer,
    Topology topology,
    Map<String, String> settings,
    String format,
    String layout,
    long steps,
    long stepSequences,
    long sequences,
    long bytes,
    List<VerifyResult.Count> checks,
    long breachCount,
    List<Breach> breaches,
    List<String> remedies) {
  /** The file that holds this result, in its folder beside verify's. */
  public static final String FILE = "reading.json";

  /** The folder beside it that holds what each rank gets at each step. */
  public static final String STEPS = "steps";

  private static final int SHOWN = 10;

  /** Whether the run reads the curriculum as it is. */
  public boolean passed() {
    return breachCount == 0;
  }

  /** What a person wants to see of it, line by line. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        say("%s reads %s (%s) as %s", trainer.label(), format, layout, topology)
            + (settings.isEmpty() ? "" : ", with " + settingsText()));
    lines.add(
        say(
            "  %,d optimizer steps of %,d sequences; the curriculum has %,d",
            steps, stepSequences, sequences));
    lines.add("  check           looked at     breaches");
    for (VerifyResult.Count count : checks) {
      lines.add(
          say("  %-11s  %,12d %,12d", count.check().label(), count.checked(), count.breaches()));
    }
    breaches.stream().limit(SHOWN).forEach(breach -> lines.add("  " + breach));
    if (breachCount > Math.min(SHOWN, breaches.size())) {
      lines.add(say("  and %,d more", breachCount - Math.min(SHOWN, breaches.size())));
    }
    remedies.forEach(remedy -> lines.add("  Remedy: " + remedy));
    return lines;
  }

  private String settingsText() {
    return String.join(
        ", ",
        settings.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toList());
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
