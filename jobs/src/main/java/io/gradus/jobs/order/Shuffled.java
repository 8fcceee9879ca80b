package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/** By chance: what training does without a curriculum. */
@JsonTypeName("shuffled")
record Shuffled() implements Shape {
  @Override
  public String title() {
    return "shuffled";
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
    return document.unit(RankedDocument.Purpose.SHUFFLE);
  }
}
