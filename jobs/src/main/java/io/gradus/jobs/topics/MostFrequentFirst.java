package io.gradus.jobs.topics;

import java.io.Serializable;
import java.util.Comparator;
import scala.Tuple2;

/** Orders words by how many documents have them, and equally frequent ones by themselves. */
final class MostFrequentFirst implements Comparator<Tuple2<String, Integer>>, Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public int compare(Tuple2<String, Integer> left, Tuple2<String, Integer> right) {
    int byCount = Integer.compare(right._2(), left._2());
    return byCount != 0 ? byCount : left._1().compareTo(right._1());
  }
}
