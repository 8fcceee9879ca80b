package io.gradus.common.configuration;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A key of a configuration section: what {@link Section#read(Key)} reads, and what the
 * configuration reference says of it. So the reference has the defaults and bounds that the code
 * uses.
 *
 * @param <T> what the value becomes
 */
public final class Key<T> {
  private static final String COMPULSORY = "compulsory";
  private static final String SECTIONS = "list of sections";

  private final String name;
  private final String values;
  private final String written;
  private final String meaning;
  private final Reading<T> reading;
  private final T otherwise;
  private final List<Keys> inside;

  /** Reads a value; with null for {@code otherwise} it is compulsory. */
  @FunctionalInterface
  public interface Reading<T> {
    T read(Section section, String name, T otherwise);
  }

  private Key(
      String name,
      String values,
      String written,
      String meaning,
      Reading<T> reading,
      T otherwise,
      List<Keys> inside) {
    this.name = name;
    this.values = values;
    this.written = written;
    this.meaning = meaning;
    this.reading = reading;
    this.otherwise = otherwise;
    this.inside = List.copyOf(inside);
  }

  /**
   * A key that is read in a way of its own.
   *
   * @param values what may be written
   * @param written the default as it is written, or in words
   * @param meaning a sentence
   */
  public static <T> Key<T> of(
      String name, String values, String written, Reading<T> reading, String meaning) {
    return new Key<>(name, values, written, meaning, reading, null, List.of());
  }

  private static <T> Key<T> compulsory(
      String name, String values, Reading<T> reading, String meaning) {
    return of(name, values, COMPULSORY, reading, meaning);
  }

  private static <T> Key<T> withDefault(
      String name, String values, T otherwise, String written, Reading<T> reading, String meaning) {
    return new Key<>(name, values, code(written), meaning, reading, otherwise, List.of());
  }

  /** The same, with a default that follows from other values; {@code words} say how. */
  public Key<T> otherwise(String words) {
    return new Key<>(name, values, words, meaning, reading, null, inside);
  }

  /** The same, with the keys of the sections that its value may hold. */
  public Key<T> with(List<Keys> sections) {
    return new Key<>(name, values, written, meaning, reading, otherwise, sections);
  }

  /** Compulsory text. */
  public static Key<String> text(String name, String meaning) {
    return compulsory(name, "text", (section, key, none) -> readText(section, key, none), meaning);
  }

  public static Key<String> text(String name, String otherwise, String meaning) {
    return withDefault(
        name,
        "text",
        otherwise,
        otherwise,
        (section, key, or) -> readText(section, key, or),
        meaning);
  }

  private static String readText(Section section, String key, String otherwise) {
    return otherwise == null ? section.text(key) : section.text(key, otherwise);
  }

  /** A compulsory path or URI, as {@link Section#path(String)} reads it. */
  public static Key<String> path(String name, String meaning) {
    return compulsory(name, "path or URI", (section, key, or) -> section.path(key), meaning);
  }

  /** Paths or URIs, none by default. */
  public static Key<List<String>> paths(String name, String meaning) {
    return of(
        name, "list of paths or URIs", "none", (section, key, or) -> section.paths(key), meaning);
  }

  /** A list of text; a single text counts as a list of one. */
  public static Key<List<String>> texts(String name, List<String> otherwise, String meaning) {
    return withDefault(
        name,
        "list of text",
        otherwise,
        otherwise.isEmpty() ? "" : list(otherwise),
        Section::texts,
        meaning);
  }

  /** A list of certain words. */
  public static Key<List<String>> words(
      String name, List<String> known, List<String> otherwise, String meaning) {
    return withDefault(
        name, "list of " + codes(known), otherwise, list(otherwise), Section::texts, meaning);
  }

  /** A compulsory count. */
  public static Key<Long> count(String name, Range range, String meaning) {
    return compulsory(
        name,
        "count, " + range.show(Key::showCount),
        (section, key, or) ->
            or == null ? section.count(key, range) : section.count(key, or, range),
        meaning);
  }

  public static Key<Long> count(String name, long otherwise, Range range, String meaning) {
    return withDefault(
        name,
        "count, " + range.show(Key::showCount),
        otherwise,
        Quantity.write(otherwise),
        (section, key, or) -> section.count(key, or, range),
        meaning);
  }

  /** A compulsory count that an int holds. */
  public static Key<Integer> integer(String name, Range range, String meaning) {
    return compulsory(
        name,
        "count, " + range.show(Key::showCount),
        (section, key, or) ->
            Math.toIntExact(or == null ? section.count(key, range) : section.count(key, or, range)),
        meaning);
  }

  public static Key<Integer> integer(String name, int otherwise, Range range, String meaning) {
    return withDefault(
        name,
        "count, " + range.show(Key::showCount),
        otherwise,
        Quantity.write(otherwise),
        (section, key, or) -> Math.toIntExact(section.count(key, or, range)),
        meaning);
  }

  /** A size in bytes. */
  public static Key<Long> bytes(String name, long otherwise, Range range, String meaning) {
    return withDefault(
        name,
        "size in bytes, " + range.show(value -> Quantity.writeBytes((long) value)),
        otherwise,
        Quantity.writeBytes(otherwise),
        (section, key, or) -> section.bytes(key, or, range),
        meaning);
  }

  /** A compulsory number. */
  public static Key<Double> number(String name, Range range, String meaning) {
    return compulsory(
        name, number(range), (section, key, or) -> section.number(key, range), meaning);
  }

  public static Key<Double> number(String name, double otherwise, Range range, String meaning) {
    return withDefault(
        name,
        number(range),
        otherwise,
        Range.show(otherwise),
        (section, key, or) -> section.number(key, or, range),
        meaning);
  }

  /** A compulsory list of numbers. */
  public static Key<List<Double>> numbers(String name, Range range, String meaning) {
    return compulsory(
        name,
        "list of numbers, " + range,
        (section, key, or) -> section.numbers(key, range),
        meaning);
  }

  private static String number(Range range) {
    return range.equals(Range.ANY) ? "number" : "number, " + range;
  }

  public static Key<Boolean> flag(String name, boolean otherwise, String meaning) {
    return withDefault(
        name, "`true` or `false`", otherwise, Boolean.toString(otherwise), Section::flag, meaning);
  }

  /** One of an enum's constants. */
  public static <E extends Enum<E>> Key<E> choice(String name, E otherwise, String meaning) {
    return choice(name, otherwise, EnumSet.allOf(otherwise.getDeclaringClass()), meaning);
  }

  /** One of some constants of an enum. */
  public static <E extends Enum<E>> Key<E> choice(
      String name, E otherwise, Set<E> allowed, String meaning) {
    return withDefault(
        name,
        codes(Section.names(allowed)),
        otherwise,
        Section.name(otherwise),
        (section, key, or) -> section.choice(key, or, allowed),
        meaning);
  }

  /** A compulsory choice; {@code placeholder} only stands in while problems are gathered. */
  public static <E extends Enum<E>> Key<E> requiredChoice(
      String name, E placeholder, String meaning) {
    return compulsory(
        name,
        codes(Section.names(EnumSet.allOf(placeholder.getDeclaringClass()))),
        (section, key, or) -> section.requiredChoice(key, placeholder),
        meaning);
  }

  /**
   * A single text with a form of its own.
   *
   * @param values what may be written
   * @param parse throws {@link IllegalArgumentException} with a message for the user
   */
  public static <T> Key<T> parsed(
      String name, String values, String otherwise, Function<String, T> parse, String meaning) {
    return withDefault(
        name,
        values,
        parse.apply(otherwise),
        otherwise,
        (section, key, or) -> section.parsed(key, or, parse),
        meaning);
  }

  /** A section in this one, which may be missing. */
  public static Key<Section> section(String name, String meaning, Keys... inside) {
    return new Key<>(
        name,
        "section",
        "",
        meaning,
        (section, key, or) -> section.section(key),
        null,
        List.of(inside));
  }

  /** A list of sections, empty by default, each with the keys of one of {@code inside}. */
  public static Key<List<Section>> sections(String name, String meaning, Keys... inside) {
    return new Key<>(
        name,
        SECTIONS,
        "",
        meaning,
        (section, key, or) -> section.sections(key),
        null,
        List.of(inside));
  }

  /** A section of numbers by names of the user's. */
  public static Key<Map<String, Double>> numbersByName(
      String name, String names, Range range, String meaning) {
    return of(
        name,
        "section, " + names + " = " + number(range),
        "",
        (section, key, or) -> section.section(key).numbers(range),
        meaning);
  }

  /** A section of text by names of the user's. */
  public static Key<Section> byName(String name, String names, String values, String meaning) {
    return of(
        name,
        "section, " + names + " = " + values,
        "",
        (section, key, or) -> section.section(key),
        meaning);
  }

  T read(Section section) {
    return reading.read(section, name, otherwise);
  }

  T read(Section section, T other) {
    return reading.read(section, name, other);
  }

  public String name() {
    return name;
  }

  /** What may be written, in Markdown. */
  public String values() {
    return values;
  }

  /** The default, in Markdown; empty where there is nothing to say. */
  public String written() {
    return written;
  }

  /** What it is for, in a sentence or two of Markdown. */
  public String meaning() {
    return meaning;
  }

  /** The keys of the section that the value is; several where there are several kinds of it. */
  public List<Keys> inside() {
    return inside;
  }

  /** Whether the value is a list of sections. */
  public boolean isList() {
    return values.equals(SECTIONS);
  }

  private static String showCount(double count) {
    return Quantity.write((long) count);
  }

  private static String list(List<String> texts) {
    return "[" + String.join(", ", texts) + "]";
  }

  private static String codes(List<String> texts) {
    return texts.stream().map(Key::code).collect(Collectors.joining(", "));
  }

  private static String code(String text) {
    return text.isEmpty() ? "none" : "`" + text + "`";
  }
}
