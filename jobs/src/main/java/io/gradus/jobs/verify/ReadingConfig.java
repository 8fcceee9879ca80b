package io.gradus.jobs.verify;

import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whose reading is simulated.
 *
 * @param trainer whose loader
 * @param topology how the training run is spread out
 * @param settings of the loader, by name; those that are not given are the ones that keep the order
 * @param steps optimizer steps to simulate, or 0 for all that the shards are good for
 */
public record ReadingConfig(
    Trainer trainer, Topology topology, Map<String, String> settings, long steps) {

  /**
   * Checks what a user gave.
   *
   * @param settings each as {@code name=value}
   * @throws UserMistake with all problems
   */
  public static ReadingConfig of(
      Trainer trainer, Topology topology, List<String> settings, long steps) {
    List<String> problems = new ArrayList<>();
    atLeast(problems, "--nodes", topology.nodes(), 1);
    atLeast(problems, "--ranks", topology.ranksPerNode(), 1);
    atLeast(problems, "--workers", topology.workers(), 0);
    atLeast(problems, "--micro-batch", topology.microBatch(), 1);
    atLeast(problems, "--accumulate", topology.accumulate(), 1);
    atLeast(problems, "--steps", steps, 0);
    Map<String, String> values = new TreeMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      String name = setting.substring(0, Math.max(0, equals)).strip();
      if (!trainer.settings().contains(name)) {
        problems.add(
            String.format(
                "--with: '%s' sets nothing that is simulated of %s%s It knows %s, as in --with"
                    + " name=value",
                setting,
                trainer.label(),
                Suggestion.nearest(name, trainer.settings())
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse("."),
                String.join(", ", trainer.settings())));
      } else {
        values.put(name, setting.substring(equals + 1).strip());
      }
    }
    ReadingConfig config = new ReadingConfig(trainer, topology, values, steps);
    config.checkValues(problems);
    if (!problems.isEmpty()) {
      throw new UserMistake(String.join("\n", problems));
    }
    return config;
  }

  private static void atLeast(List<String> problems, String option, long value, long least) {
    if (value < least) {
      problems.add(String.format("%s: %d must be at least %d", option, value, least));
    }
  }

  private void checkValues(List<String> problems) {
    settings.forEach(
        (name, value) -> {
          List<String> allowed =
              switch (name) {
                case "index_caches" -> List.of("identity", "stock");
                case "split" -> List.of("distributed-sampler", "split_dataset_by_node");
                case "num_canonical_nodes" -> List.of();
                default -> List.of("True", "False");
              };
          if (!allowed.isEmpty() && !allowed.contains(value)) {
            problems.add(
                String.format(
                    "--with: %s=%s must be one of %s", name, value, String.join(", ", allowed)));
          }
        });
    String canonical = settings.get("num_canonical_nodes");
    if (canonical != null) {
      checkCanonicalNodes(canonical, problems);
    }
  }

  private void checkCanonicalNodes(String value, List<String> problems) {
    int nodes = topology.nodes();
    if (!value.matches("[1-9][0-9]{0,8}")) {
      problems.add("--with: num_canonical_nodes=" + value + " must be a number from 1 on");
    } else if (nodes > 0
        && Math.max(nodes, Integer.parseInt(value)) % Math.min(nodes, Integer.parseInt(value))
            != 0) {
      problems.add(
          String.format(
              "--with: num_canonical_nodes=%s is neither a multiple nor a divisor of --nodes, %d,"
                  + " which streaming refuses",
              value, nodes));
    }
  }

  boolean isSet(String name) {
    return "True".equals(settings.get(name));
  }

  /** The folder of its results beside those of verify, which its own choices name. */
  public String folder() {
    StringBuilder name =
        new StringBuilder(
            String.format(
                "as-%s-%dx%d-w%d-b%d-a%d",
                trainer.label(),
                topology.nodes(),
                topology.ranksPerNode(),
                topology.workers(),
                topology.microBatch(),
                topology.accumulate()));
    settings.forEach(
        (setting, value) -> name.append('-').append(setting).append('-').append(value));
    return steps == 0 ? name.toString() : name.append("-s").append(steps).toString();
  }
}
