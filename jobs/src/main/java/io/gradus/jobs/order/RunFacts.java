package io.gradus.jobs.order;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What is known of the whole run: its sources and topics, and the tokens of each ranked stretch.
 */
final class RunFacts implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<String> sources;
  private final int topics;
  private final List<Map<Long, Long>> tokens;

  /** What follows from the tokens and is needed for many documents. */
  private final ConcurrentHashMap<Key, Serializable> derived = new ConcurrentHashMap<>();

  /** Shapes are told apart as objects, since comparing all that they hold takes time. */
  private record Key(Shape shape, int ranking, long number) implements Serializable {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && key.shape == shape
          && key.ranking == ranking
          && key.number == number;
    }

    @Override
    public int hashCode() {
      return 31 * (31 * System.identityHashCode(shape) + ranking) + Long.hashCode(number);
    }
  }

  /**
   * What is known so far.
   *
   * @param sources their names, by number
   * @param topics how many; 0 without topics
   * @param tokens by ranking and number of the stretch
   */
  RunFacts(List<String> sources, int topics, List<Map<Long, Long>> tokens) {
    this.sources = List.copyOf(sources);
    this.topics = topics;
    this.tokens = List.copyOf(tokens);
  }

  List<String> sources() {
    return sources;
  }

  int topics() {
    return topics;
  }

  /** By ranking and number of the stretch. */
  List<Map<Long, Long>> tokens() {
    return tokens;
  }

  /** The tokens of a stretch in the ranking with this number. */
  long tokens(int ranking, long number) {
    return tokens.get(ranking).getOrDefault(number, 0L);
  }

  /**
   * Makes something once for a shape in a stretch.
   *
   * @param ranking the number of the ranking whose tokens it follows from
   */
  @SuppressWarnings("unchecked") // A shape derives one type only from one ranking.
  <T extends Serializable> T derive(Shape shape, int ranking, long number, Supplier<T> make) {
    return (T) derived.computeIfAbsent(new Key(shape, ranking, number), key -> make.get());
  }

  /**
   * How parts of a stretch that lie one after the other divide it by their tokens.
   *
   * @param ranking in which the parts were ranked apart
   * @param sequence the numbers of the parts in the order in which they lie
   */
  Borders borders(Shape shape, int ranking, Stretch stretch, Supplier<int[]> sequence) {
    return derive(
        shape, ranking, stretch.number(), () -> borders(ranking, stretch, sequence.get()));
  }

  private Borders borders(int ranking, Stretch stretch, int[] sequence) {
    double[] starts = new double[sequence.length];
    double[] shares = new double[sequence.length];
    double total = 0;
    for (int part : sequence) {
      total += tokens(ranking, stretch.numberOf(sequence.length, part));
    }
    double before = 0;
    for (int part : sequence) {
      double own = tokens(ranking, stretch.numberOf(sequence.length, part));
      starts[part] = total == 0 ? 0 : before / total;
      shares[part] = total == 0 ? 0 : own / total;
      before += own;
    }
    return new Borders(starts, shares);
  }

  /** Where parts begin, and how long they are, as shares of the stretch. */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  record Borders(double[] starts, double[] shares) implements Serializable {

    /** The place in the stretch of a place in one of the parts. */
    double place(int part, double placeInPart) {
      return starts[part] + shares[part] * placeInPart;
    }
  }
}
