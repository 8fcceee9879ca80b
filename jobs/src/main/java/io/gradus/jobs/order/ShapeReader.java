package io.gradus.jobs.order;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Section.Form;
import io.gradus.common.configuration.Suggestion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads shapes: a name alone ({@code ascending}, {@code folded}), a name with its settings ({@code
 * { folded { layers = 5, inside = descending } }}), or a list of phases.
 */
final class ShapeReader {
  private static final Range COUNT = new Range(2, 1_000_000);
  private static final Range LAYERS = new Range(2, 1_000);
  private static final double ROUNDING = 1e-6;

  /** Each shape from its settings, all of which have defaults. */
  private static final Map<String, Function<Section, Shape>> SHAPES = new TreeMap<>();

  static {
    SHAPES.put("ascending", section -> new Ascending());
    SHAPES.put("descending", section -> new Descending());
    SHAPES.put("shuffled", section -> new Shuffled());
    SHAPES.put("stochastic", ShapeReader::stochastic);
    SHAPES.put("folded", section -> new Folded(layers(section, 5), inside(section)));
    SHAPES.put("zig-zag", section -> new ZigZag(layers(section, 5), inside(section)));
    SHAPES.put("saw", ShapeReader::saw);
    SHAPES.put("stair", ShapeReader::stair);
    SHAPES.put("cyclic", ShapeReader::cyclic);
    SHAPES.put("jitter", ShapeReader::jitter);
    SHAPES.put("buckets", ShapeReader::buckets);
    SHAPES.put("blocked", ShapeReader::blocked);
    SHAPES.put("interleaved", ShapeReader::interleaved);
    SHAPES.put("warm-up", ShapeReader::warmUp);
    SHAPES.put("phases", section -> phases(section, "list"));
  }

  private ShapeReader() {}

  /** The shape under a key of the section. */
  static Shape read(Section section, String key, Shape otherwise) {
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
    Function<Section, Shape> shape = SHAPES.get(name);
    if (shape == null) {
      section.problem(key, unknown(name));
      return otherwise;
    }
    return shape.apply(section.empty(key));
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
    Function<Section, Shape> reader = SHAPES.get(name);
    if (reader == null) {
      outer.problem(name, unknown(name));
      return otherwise;
    }
    if (name.equals("phases")) {
      return phases(outer, name);
    }
    Section settings = outer.section(name);
    Shape shape = reader.apply(settings);
    settings.finish();
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

  private static Shape inside(Section section) {
    return read(section, "inside", new Ascending());
  }

  private static int layers(Section section, int otherwise) {
    return (int) section.count("layers", otherwise, LAYERS);
  }

  private static Shape stochastic(Section section) {
    return new Stochastic(section.number("temperature", 1, Range.POSITIVE), inside(section));
  }

  private static Shape saw(Section section) {
    return new Saw(
        (int) section.count("sections", 3, LAYERS),
        share(section, "radius", 0.075, 0.5),
        layers(section, 2),
        inside(section));
  }

  private static Shape stair(Section section) {
    return new Stair(
        (int) section.count("sections", 2, LAYERS),
        share(section, "radius", 0.225, 0.5),
        layers(section, 3),
        inside(section));
  }

  private static Shape cyclic(Section section) {
    double start = share(section, "start", 0.25, 1);
    double factor = section.number("factor", 0.5, new Range(0.01, 0.99));
    int draws = (int) section.count("draws", 8, new Range(1, 1_000));
    int needed = 1;
    for (double size = start; size < 1; size /= factor) {
      needed++;
    }
    if (draws < needed) {
      section.problem(
          "draws",
          draws
              + " draws that start at "
              + Titles.percent(start)
              + " never take from everything, so some documents would not be read; give at least "
              + needed
              + ", or a greater start");
      draws = needed;
    }
    return Cyclic.of(start, factor, draws, read(section, "inside", new Shuffled()));
  }

  private static Shape jitter(Section section) {
    return new Jitter(share(section, "width", 0.01, 1), inside(section));
  }

  private static Shape buckets(Section section) {
    return new Buckets(
        (int) section.count("count", 100, COUNT), read(section, "inside", new Shuffled()));
  }

  private static Shape blocked(Section section) {
    Group by = section.choice("by", Group.SOURCE);
    List<String> sequence = section.texts("sequence", List.of());
    if (by == Group.TOPIC && !sequence.isEmpty()) {
      section.problem("sequence", "names sources; topics are read by number");
    }
    return new Blocked(by, sequence, inside(section));
  }

  private static Shape interleaved(Section section) {
    return new Interleaved(
        section.choice("by", Group.SOURCE),
        (int) section.count("rounds", 0, new Range(0, 1_000_000)),
        inside(section));
  }

  private static Shape warmUp(Section section) {
    return new WarmUp(
        section.choice("pacing", Pacing.LINEAR),
        share(section, "start", 0.1, 1),
        share(section, "end", 0.3, 1),
        section.choice("first", WarmUp.First.POOREST));
  }

  private static Shape phases(Section section, String key) {
    List<Phases.Phase> phases = new ArrayList<>();
    double shares = 0;
    int withoutShare = -1;
    List<Section> items = section.sections(key);
    for (Section item : items) {
      double share = 0;
      if (item.has("share")) {
        share = share(item, "share", 0, 1);
      } else if (withoutShare >= 0) {
        item.problem("share", "missing; only one phase may go without, which takes the rest");
      } else {
        withoutShare = phases.size();
      }
      shares += share;
      phases.add(
          new Phases.Phase(
              item.text("name", "phase " + (phases.size() + 1)),
              share,
              shares(item.section("pool")),
              mixture(item),
              read(item, "shape", new Ascending())));
      item.finish();
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
    Map<String, Double> mixture = shares(item.section("mixture"));
    double sum = mixture.values().stream().mapToDouble(Double::doubleValue).sum();
    if (!mixture.isEmpty() && Math.abs(sum - 1) > ROUNDING) {
      item.problem("mixture", "sums to " + Titles.percent(sum) + " and must sum to 100 %");
    }
    return mixture;
  }

  private static Map<String, Double> shares(Section section) {
    Map<String, Double> shares = new TreeMap<>();
    for (String name : section.keys()) {
      shares.put(name, share(section, name, 1, 1));
    }
    return shares;
  }

  /** A share such as {@code 30%} or {@code 0.3}, above 0. */
  private static double share(Section section, String key, double otherwise, double most) {
    if (!section.has(key)) {
      return otherwise;
    }
    String text = section.text(key).strip();
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
    section.problem(
        key,
        "'" + text + "' is not a share above 0 % and up to " + Titles.percent(most) + ", as 30%");
    return otherwise > 0 ? otherwise : most;
  }
}
