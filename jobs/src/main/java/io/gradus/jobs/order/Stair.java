package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Sorted, except near the borders between equal sections, where it folds. Stair ordering (STR) of
 * "Demystifying Data Organization for Enhanced LLM Training" (arXiv 2605.30334; {@code
 * microsoft/data-efficacy/data_ordering/common.py}, cross guidance), with 2 sections, 0.225 and 3
 * layers there.
 *
 * @param sections at least 2
 * @param radius how far a border's neighbourhood reaches to each side, as a share of the run
 * @param layers how many layers a neighbourhood is dealt to
 * @param inside how the run is sorted
 */
@JsonTypeName("stair")
record Stair(int sections, double radius, int layers, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("stair", sections + " sections", layers + " layers") + Titles.inside(inside);
  }

  @Override
  public List<Shape> insides() {
    return List.of(inside);
  }

  @Override
  public int rankings() {
    return inside.rankings();
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    return inside.ask(document, stretch);
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return Transitions.place(
        inside.place(document, stretch),
        sections,
        radius,
        Folded.layerOf(document, stretch, layers),
        (layer, inside) -> (layer + inside) / layers);
  }
}
