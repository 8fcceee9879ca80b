package io.gradus.common.configuration;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One section of a configuration file, read key by key. A problem is recorded and the default (or a
 * harmless value) returned, so that reading goes on and all problems come out together; call {@link
 * #finish(Keys)} after the last key, so that keys nobody asked for are refused.
 */
public final class Section {
  private final String path;
  private final ConfigObject object;
  private final Problems problems;
  private final String folder;
  private final TreeSet<String> known = new TreeSet<>();

  private Section(String path, ConfigObject object, Problems problems, String folder) {
    this.path = path;
    this.object = object;
    this.problems = problems;
    this.folder = folder;
  }

  /** The whole file as a section; relative paths in it are relative to the current folder. */
  public static Section root(Config config, Problems problems) {
    return root(config, problems, Path.of(""));
  }

  /**
   * The whole file as a section.
   *
   * @param folder what relative paths in the file are relative to
   */
  public static Section root(Config config, Problems problems, Path folder) {
    return root(config, problems, folder.toAbsolutePath().normalize().toString());
  }

  /**
   * The whole file as a section.
   *
   * @param folder what relative paths in the file are put behind: an absolute path or a URI
   */
  public static Section root(Config config, Problems problems, String folder) {
    return new Section("", config.root(), problems, folder);
  }

  public Problems problems() {
    return problems;
  }

  /** Reads a key, or its default. */
  public <T> T read(Key<T> key) {
    return key.read(this);
  }

  /** Reads a key whose default follows from other values. */
  public <T> T read(Key<T> key, T otherwise) {
    return key.read(this, otherwise);
  }

  /** Whether the key is there; asking makes the key a known one. */
  public boolean has(Key<?> key) {
    return has(key.name());
  }

  /** Whether the key is there; asking makes the key a known one. */
  public boolean has(String key) {
    known.add(key);
    ConfigValue value = object.get(key);
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  /** How a value is written. */
  public enum Form {
    /** It is not there. */
    MISSING,
    /** A single text, number or flag. */
    VALUE,
    /** A list. */
    LIST,
    /** A section, { ... }. */
    SECTION
  }

  /** How the value of a key is written; asking makes the key a known one. */
  public Form form(String key) {
    if (!has(key)) {
      return Form.MISSING;
    }
    return switch (object.get(key).valueType()) {
      case LIST -> Form.LIST;
      case OBJECT -> Form.SECTION;
      default -> Form.VALUE;
    };
  }

  /** The keys that are there, sorted; they do not count as asked for. */
  public List<String> keys() {
    return object.keySet().stream().sorted().toList();
  }

  /** A section without values that stands for a key, whose defaults are wanted. */
  public Section empty(String key) {
    return new Section(full(key), ConfigFactory.empty().root(), problems, folder);
  }

  /** Records a problem with a value of this section. */
  public void problem(Key<?> key, String message) {
    problem(key.name(), message);
  }

  /** Records a problem with a value of this section. */
  public void problem(String key, String message) {
    ConfigValue value = object.get(key);
    ConfigOrigin origin = value == null ? object.origin() : value.origin();
    problems.add(place(key, origin), message);
  }

  /** Compulsory text. */
  public String text(String key) {
    return required(key, "text", "", this::asText);
  }

  public String text(String key, String otherwise) {
    return has(key) ? convert(key, otherwise, this::asText) : otherwise;
  }

  /**
   * A compulsory path or URI. A path that is relative is taken relative to the folder of the
   * configuration file; it may hold wildcards.
   */
  public String path(String key) {
    String text = text(key);
    return text.isEmpty() ? text : absolute(text);
  }

  /** A path or URI as {@link #path(String)}, or {@code otherwise} as it stands. */
  public String path(String key, String otherwise) {
    return has(key) ? path(key) : otherwise;
  }

  /** A list of paths or URIs as {@link #path(String)}; a single one counts as a list of one. */
  public List<String> paths(String key) {
    return texts(key, List.of()).stream().map(this::absolute).toList();
  }

  private String absolute(String text) {
    if (text.startsWith("/") || text.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
      return text;
    }
    String relative = text.startsWith("./") ? text.substring(2) : text;
    return folder + "/" + relative;
  }

  /** A list of text; a single text counts as a list of one. */
  public List<String> texts(String key, List<String> otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    return convert(
        key,
        otherwise,
        value -> {
          if (!(value instanceof ConfigList list)) {
            return List.of(asText(value));
          }
          return list.stream().map(this::asText).toList();
        });
  }

  /** Compulsory count, such as {@code 30B}. */
  public long count(String key, Range range) {
    return required(key, "a count such as 64M or 30B", 1L, value -> asCount(value, range));
  }

  public long count(String key, long otherwise, Range range) {
    return has(key) ? convert(key, otherwise, value -> asCount(value, range)) : otherwise;
  }

  /** A size in bytes, such as {@code 512MiB}. */
  public long bytes(String key, long otherwise, Range range) {
    return has(key)
        ? convert(
            key, otherwise, value -> range.check(Quantity.bytes(asText(value)), asText(value)))
        : otherwise;
  }

  public double number(String key, Range range) {
    return required(key, "a number", 1.0, value -> asNumber(value, range));
  }

  public double number(String key, double otherwise, Range range) {
    return has(key) ? convert(key, otherwise, value -> asNumber(value, range)) : otherwise;
  }

  /** A list of numbers; a single number counts as a list of one, nothing as an empty list. */
  public List<Double> numbers(String key, Range range) {
    if (!has(key)) {
      return List.of();
    }
    return convert(
        key,
        List.of(),
        value ->
            value instanceof ConfigList list
                ? list.stream().map(item -> asNumber(item, range)).toList()
                : List.of(asNumber(value, range)));
  }

  public boolean flag(String key, boolean otherwise) {
    return has(key)
        ? convert(
            key,
            otherwise,
            value ->
                switch (asText(value).toLowerCase(Locale.ROOT)) {
                  case "true", "yes", "on" -> true;
                  case "false", "no", "off" -> false;
                  default ->
                      throw new IllegalArgumentException(
                          "'" + asText(value) + "' is neither true nor false");
                })
        : otherwise;
  }

  /** One of an enum's constants, written in lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, E otherwise) {
    return choice(key, otherwise, EnumSet.allOf(otherwise.getDeclaringClass()));
  }

  /** One of some constants. */
  <E extends Enum<E>> E choice(String key, E otherwise, Set<E> allowed) {
    return has(key) ? convert(key, otherwise, value -> asChoice(value, allowed)) : otherwise;
  }

  /** Compulsory choice; {@code placeholder} only stands in while problems are gathered. */
  public <E extends Enum<E>> E requiredChoice(String key, E placeholder) {
    return required(
        key,
        "one of " + String.join(", ", names(EnumSet.allOf(placeholder.getDeclaringClass()))),
        placeholder,
        value -> asChoice(value, EnumSet.allOf(placeholder.getDeclaringClass())));
  }

  /** How an enum's constant is written in a configuration file. */
  public static String name(Enum<?> constant) {
    return name(constant.name());
  }

  /** How an enum's constant of that name is written in a configuration file. */
  public static String name(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A single text with a form of its own. */
  <T> T parsed(String key, T otherwise, Function<String, T> parse) {
    return has(key) ? convert(key, otherwise, value -> parse.apply(asText(value))) : otherwise;
  }

  /** A list of sections. */
  public List<Section> sections(String key) {
    if (!has(key)) {
      return List.of();
    }
    return convert(
        key,
        List.of(),
        value -> {
          if (!(value instanceof ConfigList list)) {
            throw new IllegalArgumentException("must be a list of sections, [ { ... } ]");
          }
          List<Section> sections = new ArrayList<>();
          for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof ConfigObject item)) {
              throw new IllegalArgumentException("must be a list of sections, [ { ... } ]");
            }
            sections.add(new Section(full(key) + "[" + i + "]", item, problems, folder));
          }
          return sections;
        });
  }

  /** A section inside this one; an empty one when it is missing. */
  public Section section(String key) {
    Section empty = empty(key);
    if (!has(key)) {
      return empty;
    }
    return convert(
        key,
        empty,
        value -> {
          if (!(value instanceof ConfigObject child)) {
            throw new IllegalArgumentException("must be a section, { ... }");
          }
          return new Section(full(key), child, problems, folder);
        });
  }

  /** All keys of this section with numbers, such as weights by name. */
  public Map<String, Double> numbers(Range range) {
    Map<String, Double> numbers = new TreeMap<>();
    for (String key : object.keySet()) {
      numbers.put(key, number(key, range));
    }
    return numbers;
  }

  /** All keys of this section with text, such as field names by criterion. */
  public Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    for (String key : object.keySet()) {
      texts.put(key, text(key));
    }
    return texts;
  }

  /**
   * Refuses every key that was not asked for.
   *
   * @param keys those of this section, for the configuration reference
   * @throws IllegalStateException when a key was asked for that is not among them
   */
  public void finish(Keys keys) {
    known.stream()
        .filter(key -> !keys.has(key))
        .forEach(
            key -> {
              throw new IllegalStateException(
                  full(key) + " is read, and is no key of its section's Keys; add it there");
            });
    finish();
  }

  /** Refuses every key that was not asked for. */
  void finish() {
    for (String key : new TreeSet<>(object.keySet())) {
      if (!known.contains(key)) {
        problem(
            key,
            "unknown key; "
                + Suggestion.nearest(key, known)
                    .map(near -> "did you mean '" + near + "'?")
                    .orElse("known here: " + String.join(", ", known)));
      }
    }
  }

  private <T> T required(
      String key, String expected, T placeholder, Function<ConfigValue, T> read) {
    if (!has(key)) {
      problem(key, "missing; give " + expected);
      return placeholder;
    }
    return convert(key, placeholder, read);
  }

  private <T> T convert(String key, T otherwise, Function<ConfigValue, T> read) {
    try {
      return read.apply(object.get(key));
    } catch (IllegalArgumentException e) {
      problem(key, e.getMessage());
      return otherwise;
    }
  }

  private String asText(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING, NUMBER, BOOLEAN -> Credentials.without(String.valueOf(value.unwrapped()));
      default ->
          throw new IllegalArgumentException(
              "must be a single value, not " + value.valueType().name().toLowerCase(Locale.ROOT));
    };
  }

  private long asCount(ConfigValue value, Range range) {
    String text = asText(value);
    return range.check(Quantity.count(text), text);
  }

  private double asNumber(ConfigValue value, Range range) {
    String text = asText(value);
    double number;
    try {
      number =
          switch (text.toLowerCase(Locale.ROOT)) {
            case "infinity", "inf" -> Double.POSITIVE_INFINITY;
            default -> Double.parseDouble(text);
          };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
    return range.check(number, text);
  }

  private <E extends Enum<E>> E asChoice(ConfigValue value, Set<E> allowed) {
    String text = asText(value);
    return allowed.stream()
        .filter(constant -> name(constant).equals(text))
        .findFirst()
        .orElseThrow(
            () -> {
              List<String> names = names(allowed);
              return new IllegalArgumentException(
                  "'"
                      + text
                      + "' is not one of "
                      + String.join(", ", names)
                      + Suggestion.nearest(text, names)
                          .map(near -> "; did you mean '" + near + "'?")
                          .orElse(""));
            });
  }

  /** How constants are written in a configuration file. */
  static <E extends Enum<E>> List<String> names(Set<E> constants) {
    return constants.stream().map(Section::name).toList();
  }

  private String full(String key) {
    String quoted = ConfigUtil.joinPath(key);
    return path.isEmpty() ? quoted : path + "." + quoted;
  }

  private String place(String key, ConfigOrigin origin) {
    if (origin.lineNumber() <= 0) {
      return full(key);
    }
    String file = origin.filename() == null ? origin.description() : origin.filename();
    String name = file.substring(file.lastIndexOf('/') + 1).replaceAll(": \\d+$", "");
    return full(key) + " (" + name + ":" + origin.lineNumber() + ")";
  }
}
