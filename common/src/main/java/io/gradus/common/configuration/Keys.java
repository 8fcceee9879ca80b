package io.gradus.common.configuration;

import java.util.ArrayList;
import java.util.List;

/**
 * The keys of a section, in the order in which the configuration reference lists them.
 *
 * @param when which of several kinds of section these are for, such as {@code kind = column}; empty
 *     where there is only one
 */
public record Keys(String when, List<Key<?>> keys) {
  public Keys {
    keys = List.copyOf(keys);
  }

  public static Keys of(Key<?>... keys) {
    return new Keys("", List.of(keys));
  }

  /** The same keys for one of several kinds of section. */
  public Keys when(String kind) {
    return new Keys(kind, keys);
  }

  /** These keys and others after them. */
  public Keys and(Keys others) {
    List<Key<?>> all = new ArrayList<>(keys);
    all.addAll(others.keys);
    return new Keys(when, all);
  }

  boolean has(String name) {
    return keys.stream().anyMatch(key -> key.name().equals(name));
  }
}
