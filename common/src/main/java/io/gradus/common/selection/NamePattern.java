package io.gradus.common.selection;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/** A name with {@code *} for any characters, such as {@code cc-*}. */
public final class NamePattern {
  private final String text;
  private final Pattern pattern;

  /** A pattern as it is written in a configuration. */
  public NamePattern(String text) {
    this.text = text;
    this.pattern = Pattern.compile("\\Q" + text.replace("*", "\\E.*\\Q") + "\\E", Pattern.DOTALL);
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  /** Whether the whole name fits. */
  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  private long literals() {
    return text.chars().filter(c -> c != '*').count();
  }

  /** Of the patterns that match a name the one that says most about it, or nothing. */
  public static Optional<NamePattern> mostSpecific(Collection<NamePattern> patterns, String name) {
    return patterns.stream()
        .filter(pattern -> pattern.matches(name))
        .max(Comparator.comparingLong(NamePattern::literals).thenComparing(NamePattern::text));
  }
}
