package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Deals the ranked documents to layers in turn, {@code sorted[l::L]}, and reads one layer after the
 * other. Folding ordering of DELT (Dai et al., arXiv 2506.21545; {@code
 * microsoft/data-efficacy/data_ordering/common.py}), with 5 layers there.
 *
 * @param layers at least 2
 * @param inside how each layer is read
 */
@JsonTypeName("folded")
record Folded(int layers, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("folded", layers + " layers") + Titles.inside(inside);
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
    double inLayer = inside.place(document, layer(document, stretch));
    return (layerOf(document, stretch, layers) + inLayer) / layers;
  }

  private Stretch layer(RankedDocument document, Stretch stretch) {
    return stretch.part(layers, layerOf(document, stretch, layers), stretch.quantile());
  }

  /** The layer that a document is dealt to, by its rank. */
  static int layerOf(RankedDocument document, Stretch stretch, int layers) {
    return (int) (document.rank(stretch.depth()) % layers);
  }
}
