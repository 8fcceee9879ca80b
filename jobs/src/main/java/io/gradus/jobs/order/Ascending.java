package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * The best last. Luo et al., "How Learning Rate Decay Wastes Your Best Data in Curriculum-Based LLM
 * Pretraining" (arXiv 2511.18903); ranked within sources it is the multi-domain curriculum of
 * Kaiyuan-2B (arXiv 2512.07612).
 */
@JsonTypeName("ascending")
record Ascending() implements Shape {
  @Override
  public String title() {
    return "ascending";
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
    return stretch.quantile();
  }
}
