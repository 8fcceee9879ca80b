package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * The best first: the control of a curriculum. It did worse than shuffling in Luo et al. (arXiv
 * 2511.18903).
 */
@JsonTypeName("descending")
record Descending() implements Shape {
  @Override
  public String title() {
    return "descending";
  }

  @Override
  public List<Shape> insides() {
    return List.of();
  }

  @Override
  public int rankings() {
    return 0;
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    return false;
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return 1 - stretch.quantile();
  }
}
