package io.gradus.jobs.rate;

import io.gradus.common.job.UserMistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/**
 * A rater bundle looked at outside of a run: whether it is whole and gives the scores that it
 * promises, and how fast it is on this machine.
 */
public final class RaterInspection {
  /** Padding beyond what any chunk of the probes would have by chance. */
  private static final int PADDING_STEP = 64;

  private final RaterBundle bundle;
  private final DeviceConfig device;

  /**
   * Finds a bundle.
   *
   * @param bundle {@code builtin}, or a folder's path or URI
   * @throws UserMistake when there is none, or its {@code rater.json} is wrong
   */
  public RaterInspection(String bundle, DeviceConfig device, Configuration hadoop) {
    this.bundle = RaterBundle.find(bundle, hadoop);
    this.device = device;
  }

  /** SHA-256 of the bundle's {@code rater.json}. */
  public String digest() {
    return bundle.digest();
  }

  /** What the bundle is, in a line. */
  public String title() {
    RaterDefinition definition = bundle.definition();
    return String.format(
        Locale.ROOT,
        "%s %s (%s, %s, %s; licence %s), chunks of %d tokens",
        definition.name(),
        definition.version(),
        definition.kind().key(),
        definition.precision(),
        String.join(", ", definition.criterionNames()),
        definition.licence(),
        definition.chunk().tokens());
  }

  /**
   * Checks digests, the graph's inputs and outputs, and the probes; with padding too, where the
   * bundle allows it.
   *
   * @return what was found, line by line
   * @throws UserMistake at the first thing that is wrong
   */
  public List<String> check() {
    RaterDefinition definition = bundle.definition();
    List<String> lines = new ArrayList<>();
    lines.add("bundle   " + bundle.place() + ": " + title());
    bundle.verify();
    lines.add("digests  " + definition.files().size() + " files are as rater.json says");
    List<OnnxRater.ProbeResult> probes =
        with(
            settings(1),
            rater -> {
              lines.add("graph    " + rater.graphSummary());
              rater.checkProbes();
              return rater.probes();
            });
    lines.add(probeLine("probes   ", definition, probes));
    if (definition.batch() == RaterDefinition.Batch.PADDED) {
      lines.add(
          probeLine(
              "padded   ",
              definition,
              with(
                  settings(PADDING_STEP),
                  rater -> {
                    rater.checkProbes();
                    return rater.probes();
                  })));
    }
    Optional.ofNullable(definition.gate())
        .ifPresent(
            gate ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "gate     against %s on %d texts: largest difference %s, lowest rank"
                            + " correlation %s",
                        gate.comparedWith(),
                        gate.texts(),
                        gate.maximumDifference(),
                        gate.rankCorrelation())));
    return lines;
  }

  private static String probeLine(
      String name, RaterDefinition definition, List<OnnxRater.ProbeResult> probes) {
    if (probes.isEmpty()) {
      return name + "none: nothing proves that this bundle gives the scores of its model";
    }
    return String.format(
        Locale.ROOT,
        "%s%d texts, %d scores, largest difference %.4f (tolerance %s)",
        name,
        definition.probes().size(),
        probes.size(),
        probes.stream().mapToDouble(OnnxRater.ProbeResult::difference).max().orElseThrow(),
        definition.tolerance());
  }

  private static EngineSettings settings(int lengthStep) {
    return new EngineSettings(4096, lengthStep, 1, 1);
  }

  /** Opens the bundle for some work, on the device that the configuration names. */
  <T> T with(EngineSettings settings, Function<OnnxRater, T> work) {
    Hardware hardware =
        new Hardware(
            Device.assigned(device), device, ExecutionProviders.Engines.BUILT_WHEN_MISSING);
    return bundle.withLocalCopy(
        local -> {
          try (OnnxRater rater =
              new OnnxRater(
                  bundle.definition(),
                  bundle.digest(),
                  local,
                  settings,
                  hardware,
                  bundle.place())) {
            if (device.provider() != DeviceConfig.Provider.CPU) {
              rater.probes();
              rater.checkPlacement();
            }
            return work.apply(rater);
          }
        });
  }

  RaterDefinition definition() {
    return bundle.definition();
  }

  DeviceConfig device() {
    return device;
  }
}
