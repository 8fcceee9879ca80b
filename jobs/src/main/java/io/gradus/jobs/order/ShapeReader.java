package io.gradus.jobs.order;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Section.Form;
import io.gradus.common.configuration.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Reads shapes: a name alone ({@code ascending}, {@code folded}), a name with its settings ({@code
 * { folded { layers = 5, inside = descending } }}), or a list of phases.
 */
final class ShapeReader {
  private static final Range COUNT = new Range(2, 1_000_000);
  private static final Range LAYERS = new Range(2, 1_000);
  private static final double ROUNDING = 1e-6;

  private static final Key<Shape> INSIDE =
      key("inside", "ascending", "The shape of what the outer shape puts together.");
  private static final Key<Shape> SHUFFLED_INSIDE =
      key("inside", "shuffled", "The shape of what the outer shape puts together.");
  private static final Key<Double> TEMPERATURE =
      Key.number(
          "temperature", 1, Range.POSITIVE, "Scores are divided by it before noise is added.");
  private static final Key<Integer> FIVE_LAYERS = layers(5);
  private static final Key<Integer> SAW_SECTIONS = sections(3);
  private static final Key<Double> SAW_RADIUS = radius("7.5%");
  private static final Key<Integer> SAW_LAYERS = layers(2);
  private static final Key<Integer> STAIR_SECTIONS = sections(2);
  private static final Key<Double> STAIR_RADIUS = radius("22.5%");
  private static final Key<Integer> STAIR_LAYERS = layers(3);
  private static final Key<Double> CYCLIC_START =
      share("start", "25%", 1, "The share of the ranking, from the best, of the first draw.");
  private static final Key<Double> FACTOR =
      Key.number(
          "factor",
          0.5,
          new Range(0.01, 0.99),
          "How much narrower each draw is than the next while they grow.");
  private static final Key<Integer> DRAWS =
      Key.integer("draws", 8, new Range(1, 1_000), "How many draws.");
  private static final Key<Double> WIDTH =
      share("width", "1%", 1, "Each document is moved by half of this share of the run at most.");
  private static final Key<Integer> BUCKETS =
      Key.integer("count", 100, COUNT, "Buckets of equal tokens.");
  private static final Key<Group> BY =
      Key.choice("by", Group.SOURCE, "What belongs together; topics need the section `topics`.");
  private static final Key<List<String>> SEQUENCE =
      Key.texts("sequence", List.of(), "The sources that come first, in this order.");
  private static final Key<Integer> ROUNDS =
      Key.integer(
          "rounds",
          0,
          new Range(0, 1_000_000),
          "In how many rounds groups are dealt; 0 for as often as possible.");
  private static final Key<Pacing> PACING =
      Key.choice("pacing", Pacing.LINEAR, "How the share grows.");
  private static final Key<Double> WARM_UP_START =
      share("start", "10%", 1, "The share of the ranking that is drawn from at the beginning.");
  private static final Key<Double> WARM_UP_END =
      share("end", "30%", 1, "When everything may be drawn, as a share of the run.");
  private static final Key<WarmUp.First> FIRST =
      Key.choice("first", WarmUp.First.POOREST, "Which end of the ranking comes first.");

  private static final Key<String> PHASE_NAME =
      Key.text("name", "For people.").otherwise("`phase 1` and so on");
  private static final Key<Double> PHASE_SHARE =
      share("share", "100%", 1, "The share of the tokens of the run; they sum to 100%.")
          .otherwise("the rest, for one phase");
  private static final Key<Section> POOL =
      Key.byName(
              "pool",
              "pattern",
              "share",
              "The best share of each source that matches, which the phase may take.")
          .otherwise("everything");
  private static final Key<Section> MIXTURE =
      Key.byName(
              "mixture",
              "pattern",
              "share",
              "The share of the phase that sources have which match; sums to 100%.")
          .otherwise("as it comes");
  private static final Key<Shape> PHASE_SHAPE = key("shape", "ascending", "How the phase is read.");
  private static final Keys PHASE =
      Keys.of(PHASE_NAME, PHASE_SHARE, POOL, MIXTURE, PHASE_SHAPE).when("phases, in a list");

  /** A shape's settings, all of which have defaults, and what is made of them. */
  private record Kind(Keys keys, Function<Section, Shape> shape) {}

  private static final Map<String, Kind> SHAPES = new TreeMap<>();

  static {
    put("ascending", Keys.of(), section -> new Ascending());
    put("descending", Keys.of(), section -> new Descending());
    put("shuffled", Keys.of(), section -> new Shuffled());
    put(
        "stochastic",
        Keys.of(TEMPERATURE, INSIDE),
        section -> new Stochastic(section.read(TEMPERATURE), section.read(INSIDE)));
    put(
        "folded",
        Keys.of(FIVE_LAYERS, INSIDE),
        section -> new Folded(section.read(FIVE_LAYERS), section.read(INSIDE)));
    put(
        "zig-zag",
        Keys.of(FIVE_LAYERS, INSIDE),
        section -> new ZigZag(section.read(FIVE_LAYERS), section.read(INSIDE)));
    put(
        "saw",
        Keys.of(SAW_SECTIONS, SAW_RADIUS, SAW_LAYERS, INSIDE),
        section ->
            new Saw(
                section.read(SAW_SECTIONS),
                section.read(SAW_RADIUS),
                section.read(SAW_LAYERS),
                section.read(INSIDE)));
    put(
        "stair",
        Keys.of(STAIR_SECTIONS, STAIR_RADIUS, STAIR_LAYERS, INSIDE),
        section ->
            new Stair(
                section.read(STAIR_SECTIONS),
                section.read(STAIR_RADIUS),
                section.read(STAIR_LAYERS),
                section.read(INSIDE)));
    put("cyclic", Keys.of(CYCLIC_START, FACTOR, DRAWS, SHUFFLED_INSIDE), ShapeReader::cyclic);
    put(
        "jitter",
        Keys.of(WIDTH, INSIDE),
        section -> new Jitter(section.read(WIDTH), section.read(INSIDE)));
    put(
        "buckets",
        Keys.of(BUCKETS, SHUFFLED_INSIDE),
        section -> new Buckets(section.read(BUCKETS), section.read(SHUFFLED_INSIDE)));
    put("blocked", Keys.of(BY, SEQUENCE, INSIDE), ShapeReader::blocked);
    put(
        "interleaved",
        Keys.of(BY, ROUNDS, INSIDE),
        section -> new Interleaved(section.read(BY), section.read(ROUNDS), section.read(INSIDE)));
    put(
        "warm-up",
        Keys.of(PACING, WARM_UP_START, WARM_UP_END, FIRST),
        section ->
            new WarmUp(
                section.read(PACING),
                section.read(WARM_UP_START),
                section.read(WARM_UP_END),
                section.read(FIRST)));
    put("phases", Keys.of(), section -> phases(section, "list"));
  }

  private static void put(String name, Keys keys, Function<Section, Shape> shape) {
    SHAPES.put(name, new Kind(keys.when("settings of `" + name + "`"), shape));
  }

  private static Key<Integer> layers(int otherwise) {
    return Key.integer(
        "layers",
        otherwise,
        LAYERS,
        "Layers that the ranking is dealt to, one document at a time.");
  }

  private static Key<Integer> sections(int otherwise) {
    return Key.integer("sections", otherwise, LAYERS, "Equal sections of the sorted run.");
  }

  private static Key<Double> radius(String otherwise) {
    return share(
        "radius", otherwise, 0.5, "How far from a border between sections documents are folded.");
  }

  private ShapeReader() {}

  /** A key with any shape. */
  static Key<Shape> key(String name, String otherwise, String meaning) {
    return Key.of(
        name,
        "[shape](#ordershape)",
        "`" + otherwise + "`",
        (section, key, none) -> read(section, key, otherwise),
        meaning);
  }

  /** The settings of all shapes that have any. */
  static List<Keys> settings() {
    return Stream.concat(SHAPES.values().stream().map(Kind::keys), Stream.of(PHASE))
        .filter(keys -> !keys.keys().isEmpty())
        .toList();
  }

  /** The names of the shapes that have one. */
  static List<String> names() {
    return SHAPES.keySet().stream().filter(name -> !name.equals("phases")).toList();
  }

  private static Shape read(Section section, String key, String name) {
    Shape otherwise = SHAPES.get(name).shape().apply(section.empty(key));
    Form form = section.form(key);
    return switch (form) {
      case MISSING -> otherwise;
      case LIST -> phases(section, key);
      case SECTION -> named(section.section(key), otherwise);
      case VALUE -> byName(section, key, otherwise);
    };
  }

  private static Shape byName(Section section, String key, Shape otherwise) {
    String name = section.text(key);
    if (name.equals("phases")) {
      section.problem(key, "write the phases as a list, " + key + " = [ { share = 70% }, ... ]");
      return otherwise;
    }
    Kind kind = SHAPES.get(name);
    if (kind == null) {
      section.problem(key, unknown(name));
      return otherwise;
    }
    return kind.shape().apply(section.empty(key));
  }

  private static Shape named(Section outer, Shape otherwise) {
    List<String> names = outer.keys();
    if (names.size() != 1) {
      outer.problem(
          names.isEmpty() ? "" : names.get(0),
          "must hold one shape with its settings, as { folded { layers = 5 } }, and has "
              + (names.isEmpty() ? "none" : String.join(", ", names)));
      return otherwise;
    }
    String name = names.get(0);
    Kind kind = SHAPES.get(name);
    if (kind == null) {
      outer.problem(name, unknown(name));
      return otherwise;
    }
    if (name.equals("phases")) {
      return phases(outer, name);
    }
    Section settings = outer.section(name);
    Shape shape = kind.shape().apply(settings);
    settings.finish(kind.keys());
    return shape;
  }

  private static String unknown(String name) {
    return "'"
        + name
        + "' is not one of "
        + String.join(", ", SHAPES.keySet())
        + Suggestion.nearest(name, SHAPES.keySet())
            .map(near -> "; did you mean '" + near + "'?")
            .orElse("");
  }

  private static Shape cyclic(Section section) {
    double start = section.read(CYCLIC_START);
    double factor = section.read(FACTOR);
    int draws = section.read(DRAWS);
    int needed = 1;
    for (double size = start; size < 1; size /= factor) {
      needed++;
    }
    if (draws < needed) {
      section.problem(
          DRAWS,
          draws
              + " draws that start at "
              + Titles.percent(start)
              + " never take from everything, so some documents would not be read; give at least "
              + needed
              + ", or a greater start");
      draws = needed;
    }
    return Cyclic.of(start, factor, draws, section.read(SHUFFLED_INSIDE));
  }

  private static Shape blocked(Section section) {
    Group by = section.read(BY);
    List<String> sequence = section.read(SEQUENCE);
    if (by == Group.TOPIC && !sequence.isEmpty()) {
      section.problem(SEQUENCE, "names sources; topics are read by number");
    }
    return new Blocked(by, sequence, section.read(INSIDE));
  }

  private static Shape phases(Section section, String key) {
    List<Phases.Phase> phases = new ArrayList<>();
    double shares = 0;
    int withoutShare = -1;
    List<Section> items = section.sections(key);
    for (Section item : items) {
      double share = 0;
      if (item.has(PHASE_SHARE)) {
        share = item.read(PHASE_SHARE, 1.0);
      } else if (withoutShare >= 0) {
        item.problem(PHASE_SHARE, "missing; only one phase may go without, which takes the rest");
      } else {
        withoutShare = phases.size();
      }
      shares += share;
      phases.add(
          new Phases.Phase(
              item.read(PHASE_NAME, "phase " + (phases.size() + 1)),
              share,
              shares(item.read(POOL)),
              mixture(item),
              item.read(PHASE_SHAPE)));
      item.finish(PHASE);
    }
    if (phases.isEmpty()) {
      section.problem(key, "has no phase; give a list, [ { share = 70% }, { share = 30% } ]");
      return new Ascending();
    }
    if (withoutShare < 0 ? Math.abs(shares - 1) > ROUNDING : shares >= 1) {
      section.problem(
          key,
          "the shares of the phases sum to "
              + Titles.percent(shares)
              + (withoutShare < 0 ? " and must sum to 100 %" : " and leave nothing for the rest"));
    }
    if (withoutShare >= 0) {
      Phases.Phase rest = phases.get(withoutShare);
      phases.set(
          withoutShare,
          new Phases.Phase(
              rest.name(), Math.max(0, 1 - shares), rest.pool(), rest.mixture(), rest.shape()));
    }
    return new Phases(phases);
  }

  private static Map<String, Double> mixture(Section item) {
    Map<String, Double> mixture = shares(item.read(MIXTURE));
    double sum = mixture.values().stream().mapToDouble(Double::doubleValue).sum();
    if (!mixture.isEmpty() && Math.abs(sum - 1) > ROUNDING) {
      item.problem(MIXTURE, "sums to " + Titles.percent(sum) + " and must sum to 100 %");
    }
    return mixture;
  }

  private static Map<String, Double> shares(Section section) {
    Map<String, Double> shares = new TreeMap<>();
    for (String name : section.keys()) {
      shares.put(name, section.read(share(name, "100%", 1, "")));
    }
    return shares;
  }

  /** A key with a share above 0, such as {@code 30%} or {@code 0.3}. */
  private static Key<Double> share(String name, String otherwise, double most, String meaning) {
    return Key.parsed(
        name,
        "share above 0% and up to " + Math.round(100 * most) + "%",
        otherwise,
        text -> parseShare(text.strip(), most),
        meaning);
  }

  private static double parseShare(String text, double most) {
    try {
      double share =
          text.endsWith("%")
              ? Double.parseDouble(text.substring(0, text.length() - 1).strip()) / 100
              : Double.parseDouble(text);
      if (share > 0 && share <= most) {
        return share;
      }
    } catch (NumberFormatException notANumber) {
      // Told below, like a share out of range.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a share above 0 % and up to " + Titles.percent(most) + ", as 30%");
  }
}
