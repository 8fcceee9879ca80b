package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Ranks by {@code score / temperature + G}, G standard Gumbel noise, and reads as the shape inside
 * says: the order in which documents are drawn without replacement from softmax(score /
 * temperature), the least likely first. QuRating's curriculum (Wettig et al., arXiv 2402.09739,
 * section on curricula) reads in the order of its sampling.
 *
 * @param temperature above 0; the greater, the more by chance
 * @param inside how the ranked documents are read
 */
@JsonTypeName("stochastic")
record Stochastic(double temperature, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("stochastic", Titles.named("temperature", temperature))
        + Titles.inside(inside);
  }

  @Override
  public List<Shape> insides() {
    return List.of(inside);
  }

  @Override
  public int rankings() {
    return 1 + inside.rankings();
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    if (stretch.nextIsMissing(document)) {
      document.ask(stretch.number(), value().of(document));
      return true;
    }
    return inside.ask(document, stretch.rankedBy(document, value()));
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return inside.place(document, stretch.rankedBy(document, value()));
  }

  private RankValue value() {
    double noise = temperature;
    return document ->
        document.score() / noise
            - StrictMath.log(-StrictMath.log(document.unit(RankedDocument.Purpose.GUMBEL)));
  }
}
