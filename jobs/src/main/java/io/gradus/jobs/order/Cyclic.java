package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Draws again and again from a share of the ranking that grows from a narrow best part to
 * everything and shrinks again. Cyclical Curriculum Learning (Kesgin and Amasyali, IEEE TNNLS 2023;
 * {@code CyclicalCurriculum/Cyclical-Curriculum}, {@code get_cycle_sizes}): shares {@code sp, sp /
 * alpha, ...} up to {@code ep} and back, 0.25, 1 and 0.5 in its example.
 *
 * <p>There, every draw is a new sample without replacement of its share of the data. Here, every
 * document of the selection is read once, so draws share it out: a draw's length is in proportion
 * to its share as far as the poorer documents, which only wide draws may take, allow. Copies of a
 * document go to different draws. Inside {@code stochastic}, the best part is a weighted draw as
 * there.
 *
 * @param start the share of the first draw
 * @param factor how much narrower each draw is than the next while shares grow
 * @param draws how many
 * @param inside how each draw is read
 * @param asPhases the draws
 */
@JsonTypeName("cyclic")
record Cyclic(double start, double factor, int draws, Shape inside, @JsonIgnore Phases asPhases)
    implements Shape {

  static Cyclic of(double start, double factor, int draws, Shape inside) {
    List<Double> sizes = sizes(start, factor, draws);
    double total = sizes.stream().mapToDouble(Double::doubleValue).sum();
    List<Phases.Phase> phases = new ArrayList<>();
    for (double size : sizes) {
      phases.add(
          new Phases.Phase(
              "draw " + (phases.size() + 1), size / total, Map.of("*", size), Map.of(), inside));
    }
    return new Cyclic(start, factor, draws, inside, new Phases(phases));
  }

  /** The share of the ranking that each draw takes from. */
  static List<Double> sizes(double start, double factor, int draws) {
    List<Double> sizes = new ArrayList<>();
    double size = start;
    boolean grows = true;
    while (sizes.size() < draws) {
      sizes.add(size);
      if (size >= 1) {
        grows = false;
      } else if (size <= start) {
        grows = true;
      }
      size = grows ? Math.min(1, size / factor) : Math.max(start, size * factor);
    }
    return sizes;
  }

  @Override
  public String title() {
    return Titles.of("cyclic", draws + " draws", "from " + Titles.percent(start))
        + ", inside "
        + inside.title();
  }

  @Override
  public List<Shape> insides() {
    return asPhases.insides();
  }

  @Override
  public int rankings() {
    return asPhases.rankings();
  }

  @Override
  public void check(List<String> sources, int topics) {
    inside.check(sources, topics);
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    return asPhases.ask(document, stretch);
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return asPhases.place(document, stretch);
  }
}
