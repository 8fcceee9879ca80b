package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Cuts the ranking into buckets of equal tokens, read from the poorest to the best, and reads each
 * as the shape inside says. Puro-2B (arXiv 2608.27370): 376 buckets, each with 1/376 of every
 * source by token mass, shuffled inside.
 *
 * @param count how many buckets
 * @param inside how each bucket is read
 */
@JsonTypeName("buckets")
record Buckets(int count, Shape inside) implements Shape {
  @Override
  public String title() {
    return Titles.of("buckets", Integer.toString(count)) + ", inside " + inside.title();
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
    return inside.ask(document, bucket(stretch));
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    return (bucketOf(stretch) + inside.place(document, bucket(stretch))) / count;
  }

  private int bucketOf(Stretch stretch) {
    return (int) Math.min(count - 1.0, stretch.quantile() * count);
  }

  private Stretch bucket(Stretch stretch) {
    int bucket = bucketOf(stretch);
    return stretch.part(count, bucket, stretch.quantile() * count - bucket);
  }
}
