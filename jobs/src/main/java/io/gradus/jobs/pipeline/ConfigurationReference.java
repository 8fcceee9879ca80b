package io.gradus.jobs.pipeline;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.jobs.cluster.ClusterProfile;
import java.util.ArrayList;
import java.util.List;

/** All keys of configurations and cluster profiles as {@code docs/configuration.md} has them. */
public final class ConfigurationReference {
  private static final String HEAD =
      """
      # Configuration reference

      Every key that a configuration may have. This page is written by `bin/gradus reference` from the
      declarations by which the program reads them, so defaults and bounds are those of the code; a
      test of the build compares. A key that is not here is refused with the nearest one that is.

      - The format is [HOCON](https://github.com/lightbend/config/blob/main/HOCON.md): JSON is valid, quotes
        and commas may mostly be left out, `#` starts a comment. `--set sample.temperature=2.0` overrides a
        value, `--set topics=null` takes one out.
      - A **count** is `5000`, `64M`, `30B` or `1.5T`; a **size** `4096`, `512KiB`, `64MiB` or `2GB`; a
        **share** `30%` or `0.3`, and where a count may stand in its place, `30%` only; a **number** may be
        `infinity`.
      - A **path** that is relative starts at the configuration's folder; a URI names any Hadoop file system.
      - A **pattern** is a name in which `*` stands for anything; of several that match, the one with the most
        characters beside `*` counts.
      - `[]` in a heading stands for an entry of a list.
      """;

  private final List<String> lines = new ArrayList<>();

  private ConfigurationReference() {}

  /** The page as Markdown. */
  public static String markdown() {
    ConfigurationReference reference = new ConfigurationReference();
    for (Key<?> section : PipelineConfig.KEYS.keys()) {
      reference.section(section);
    }
    reference.line("## Cluster profiles");
    reference.line("Files of `conf/clusters` and your own: [clusters](clusters.md).");
    reference.table(ClusterProfile.KEYS);
    return HEAD + "\n" + String.join("\n\n", reference.lines) + "\n";
  }

  private void section(Key<?> section) {
    line("## " + section.name());
    line(section.meaning());
    Keys keys = section.inside().get(0);
    table(keys);
    inside(section.name(), keys);
  }

  /** The sections that values of keys are. */
  private void inside(String path, Keys keys) {
    for (Key<?> key : keys.keys()) {
      if (key.inside().isEmpty()) {
        continue;
      }
      String name = path + "." + key.name() + (key.isList() ? "[]" : "");
      line("### `" + name + "`");
      for (Keys kind : key.inside()) {
        if (!kind.when().isEmpty()) {
          line(Character.toUpperCase(kind.when().charAt(0)) + kind.when().substring(1) + ":");
        }
        table(kind);
        inside(name, kind);
      }
    }
  }

  private void table(Keys keys) {
    List<String> rows = new ArrayList<>();
    rows.add("| key | value | default | |");
    rows.add("|---|---|---|---|");
    for (Key<?> key : keys.keys()) {
      rows.add(
          "| `%s` | %s | %s | %s |"
              .formatted(key.name(), key.values(), key.written(), key.meaning()));
    }
    lines.add(String.join("\n", rows));
  }

  private void line(String text) {
    lines.add(text);
  }
}
