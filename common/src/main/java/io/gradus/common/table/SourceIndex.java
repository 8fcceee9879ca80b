package io.gradus.common.table;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;

/** Numbers for the names of sources, in the order in which they were first met. */
public final class SourceIndex {
  private final Map<UTF8String, Integer> numbers = new HashMap<>();
  private final List<UTF8String> keys = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private int last;

  /** An index that knows no source yet. */
  public SourceIndex() {}

  /** An index that numbers the given sources from 0. */
  public SourceIndex(List<String> names) {
    names.forEach(name -> of(UTF8String.fromString(name)));
  }

  /** The number of a source. */
  public int of(UTF8String name) {
    // Neighbours often have the same source, and comparing is cheaper than hashing.
    if (last < keys.size() && keys.get(last).equals(name)) {
      return last;
    }
    Integer number = numbers.get(name);
    if (number == null) {
      number = keys.size();
      // A vector's string looks into memory that the next batch will use.
      UTF8String key = name.copy();
      numbers.put(key, number);
      keys.add(key);
      names.add(name.toString());
    }
    last = number;
    return number;
  }

  /** The names by number. */
  public List<String> names() {
    return Collections.unmodifiableList(names);
  }
}
