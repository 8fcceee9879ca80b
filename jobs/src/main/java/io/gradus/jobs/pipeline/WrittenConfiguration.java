package io.gradus.jobs.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.configuration.Section;
import io.gradus.common.selection.TokenAmount;
import io.gradus.common.workspace.Json;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A stage's configuration in the words of the configuration file: {@code max-repeats} for the
 * component {@code maxRepeats}, {@code source-and-topic} for the constant. Manifests hold the
 * records themselves.
 */
final class WrittenConfiguration {
  /** Keys of one section that lie together in a record of their own. */
  private static final List<Map.Entry<String, String>> GATHERED =
      List.of(
          Map.entry("scoring.", ""),
          Map.entry("quotas.kind", "quotas"),
          Map.entry("quotas.topic-kind", "topic-quotas"),
          Map.entry("quotas.", ""),
          Map.entry("budget", "tokens"));

  private final Map<String, String> keys = new HashMap<>();
  private final Set<String> constants = new HashSet<>();
  private final Object configuration;

  WrittenConfiguration(Object configuration) {
    this.configuration = configuration;
    walk(configuration, "", "");
  }

  /** The values by key. */
  Map<String, String> values() {
    return values(Json.tree(configuration));
  }

  /** The values of a manifest of the same stage. */
  Map<String, String> values(JsonNode manifest) {
    Map<String, String> values = new TreeMap<>();
    collect("", manifest, values);
    return values;
  }

  private void walk(Object value, String path, String written) {
    if (!path.isEmpty()) {
      keys.put(path, written);
    }
    if (value instanceof Enum<?>) {
      constants.add(path);
    } else if (value instanceof Record fields) {
      for (RecordComponent component : fields.getClass().getRecordComponents()) {
        String name = component.getName();
        walk(read(fields, component), inside(path, name), inside(written, hyphened(name)));
      }
    } else if (value instanceof Map<?, ?> entries) {
      entries.forEach(
          (key, entry) -> walk(entry, inside(path, "" + key), inside(written, "" + key)));
    } else if (value instanceof List<?> items) {
      for (int i = 0; i < items.size(); i++) {
        String place = "[" + i + "]";
        walk(items.get(i), path + place, written + place);
      }
    }
  }

  private static Object read(Record fields, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(fields);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hyphened(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static String inside(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private void collect(String path, JsonNode node, Map<String, String> values) {
    if (node.size() == 2 && node.has("tokens") && node.has("share")) {
      TokenAmount amount = Json.read(node, TokenAmount.class);
      values.put(key(path), amount.toString());
    } else if (node.isObject()) {
      node.properties()
          .forEach(field -> collect(inside(path, field.getKey()), field.getValue(), values));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        collect(path + "[" + i + "]", node.get(i), values);
      }
    } else {
      String text = node.asText();
      values.put(key(path), constants.contains(path) ? Section.name(text) : text);
    }
  }

  private String key(String path) {
    String written = keys.getOrDefault(path, path);
    return GATHERED.stream()
        .filter(entry -> written.startsWith(entry.getKey()))
        .findFirst()
        .map(entry -> entry.getValue() + written.substring(entry.getKey().length()))
        .orElse(written);
  }
}
