package io.gradus.jobs.pipeline;

import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which output each stage of a configuration has, and whether it is there already. Nothing is run
 * and nothing written.
 *
 * @param steps in the order in which they run
 */
record Plan(List<Step> steps) {

  /**
   * One stage of the plan.
   *
   * @param stage what it does
   * @param fingerprint of its output
   * @param inputs fingerprints of the stages it reads
   * @param digests of what else it reads
   * @param directory where its output is, or will be
   */
  record Step(
      Stage stage,
      String fingerprint,
      Map<String, String> inputs,
      Map<String, String> digests,
      StageDirectory directory) {

    String name() {
      return stage.name();
    }

    /** The manifest, when the output is there. */
    Optional<Manifest> manifest() {
      return directory.manifest();
    }
  }

  static Plan of(List<Stage> stages, Workspace workspace) {
    Map<String, String> fingerprints = new LinkedHashMap<>();
    List<Step> steps = new ArrayList<>();
    for (Stage stage : stages) {
      Map<String, String> inputs = new TreeMap<>();
      stage.inputs().forEach(input -> inputs.put(input, fingerprints.get(input)));
      Map<String, String> digests = new TreeMap<>(stage.digests().get());
      String fingerprint =
          Fingerprint.of(
              stage.name(),
              stage.formatVersion(),
              stage.configuration(),
              inputs,
              digests,
              stage.seed());
      fingerprints.put(stage.name(), fingerprint);
      steps.add(
          new Step(
              stage, fingerprint, inputs, digests, workspace.stage(stage.name(), fingerprint)));
    }
    return new Plan(List.copyOf(steps));
  }

  /** The stage and all that it needs, in the order in which they run. */
  Plan upTo(String name) {
    TreeMap<String, Step> needed = new TreeMap<>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      boolean wanted =
          step.name().equals(name)
              || needed.values().stream()
                  .anyMatch(later -> later.stage().inputs().contains(step.name()));
      if (wanted) {
        needed.put(step.name(), step);
      }
    }
    return new Plan(steps.stream().filter(step -> needed.containsKey(step.name())).toList());
  }
}
