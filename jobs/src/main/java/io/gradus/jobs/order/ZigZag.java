package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Folded, with every second layer read backwards, so that quality has no jumps. Zig-zag ordering of
 * "Demystifying Data Organization for Enhanced LLM Training" (arXiv 2605.30334; {@code
 * microsoft/data-efficacy/data_ordering/common.py}), with 5 layers there.
 *
 * @param layers at least 2
 * @param inside how the first layer and every second one after it are read
 */
@JsonTypeName("zig-zag")
record ZigZag(int layers, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("zig-zag", layers + " layers") + Titles.inside(inside);
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
    return inside.ask(document, layer(document, stretch));
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return zigZag(
        Folded.layerOf(document, stretch, layers),
        layers,
        inside.place(document, layer(document, stretch)));
  }

  private Stretch layer(RankedDocument document, Stretch stretch) {
    return stretch.part(layers, Folded.layerOf(document, stretch, layers), stretch.quantile());
  }

  static double zigZag(int layer, int layers, double inLayer) {
    return (layer + (layer % 2 == 0 ? inLayer : 1 - inLayer)) / layers;
  }
}
