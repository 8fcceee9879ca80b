package io.gradus.jobs.pipeline;

import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.pipeline.Plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Says for each stage whether it would run, and why. */
final class Explanation {
  private static final String NOT_SET = "not set";

  private Explanation() {}

  /** One line for each stage, such as {@code sample: temperature 1.0 to 2.0}. */
  static List<String> of(Plan plan, Workspace workspace) {
    List<String> lines = new ArrayList<>();
    Set<String> running = new TreeSet<>();
    for (Step step : plan.steps()) {
      if (step.manifest().isPresent()) {
        lines.add(step.name() + ": reused");
      } else {
        lines.add(step.name() + ": " + reason(step, workspace, running));
        running.add(step.name());
      }
    }
    return lines;
  }

  private static String reason(Step step, Workspace workspace, Set<String> running) {
    String again = step.directory().exists() ? ", going on from an interrupted run" : "";
    Optional<Manifest> newest = workspace.finished(step.name()).stream().findFirst();
    if (newest.isEmpty()) {
      return "runs for the first time" + again;
    }
    List<String> changes = changes(newest.get(), step);
    List<String> because = step.stage().inputs().stream().filter(running::contains).toList();
    if (!because.isEmpty()) {
      changes.add("runs after " + String.join(", ", because));
    }
    if (changes.isEmpty()) {
      changes.add("its inputs are others than in the last run");
    }
    return String.join("; ", changes) + again;
  }

  private static List<String> changes(Manifest before, Step step) {
    List<String> changes = new ArrayList<>();
    WrittenConfiguration configuration = new WrittenConfiguration(step.stage().configuration());
    Map<String, String> old = configuration.values(before.configuration());
    Map<String, String> now = configuration.values();
    Set<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      String was = old.getOrDefault(key, NOT_SET);
      String is = now.getOrDefault(key, NOT_SET);
      if (!was.equals(is)) {
        changes.add(key + " " + was + " to " + is);
      }
    }
    if (before.seed() != step.stage().seed()) {
      changes.add("seed " + before.seed() + " to " + step.stage().seed());
    }
    if (before.formatVersion() != step.stage().formatVersion()) {
      changes.add("this version of Gradus writes another format");
    }
    changes.addAll(changed(before.digests(), step.digests()));
    return changes;
  }

  /** Which digests differ, such as {@code inputs changed}. */
  static List<String> changed(Map<String, String> before, Map<String, String> now) {
    return Stream.concat(now.keySet().stream(), before.keySet().stream())
        .distinct()
        .filter(name -> !Objects.equals(before.get(name), now.get(name)))
        .map(name -> name + " changed")
        .toList();
  }
}
