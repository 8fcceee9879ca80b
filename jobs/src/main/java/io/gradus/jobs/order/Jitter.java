package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Moves every document by chance, at most half the width to either side; at both ends of the
 * stretch moves turn back. Kaiyuan-Spark's {@code InterleavedReorder} perturbs ranks so ({@code
 * datafiner/group_reorder.py}, {@code perturb}); the jittering of {@code microsoft/data-efficacy}
 * shuffles inside windows for the same local diversity.
 *
 * @param width the window that a document may move in, as a share of the stretch
 * @param inside the order that is blurred
 */
@JsonTypeName("jitter")
record Jitter(double width, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("jitter", Titles.percent(width)) + ", inside " + inside.title();
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
    double move = width * (document.unit(RankedDocument.Purpose.JITTER) - 0.5);
    double moved = Math.abs(inside.place(document, stretch) + move);
    return moved > 1 ? 2 - moved : moved;
  }
}
