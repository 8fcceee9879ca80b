package io.gradus.common.selection;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Documents of which one may cross its group's budget, packed into few bytes each. */
public final class Candidates implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int FIELDS = 6;

  private long[] values = new long[64 * FIELDS];
  private int size;

  /** One of them. */
  public record Candidate(
      int group, long image, long docIdHigh, long docIdLow, long tokens, int copies) {

    /** By group, then in the order in which a group's documents are taken. */
    public static final Comparator<Candidate> IN_ORDER =
        Comparator.comparingInt(Candidate::group)
            .thenComparing(Comparator.comparingLong(Candidate::image).reversed())
            .thenComparing(Candidate::docIdHigh, Long::compareUnsigned)
            .thenComparing(Candidate::docIdLow, Long::compareUnsigned);
  }

  public void add(int group, long image, long docIdHigh, long docIdLow, long tokens, int copies) {
    if ((size + 1) * FIELDS > values.length) {
      values = Arrays.copyOf(values, 2 * values.length);
    }
    int at = size++ * FIELDS;
    values[at] = group;
    values[at + 1] = image;
    values[at + 2] = docIdHigh;
    values[at + 3] = docIdLow;
    values[at + 4] = tokens;
    values[at + 5] = copies;
  }

  /** Adds all of others. */
  public Candidates addAll(Candidates others) {
    int from = size * FIELDS;
    int more = others.size * FIELDS;
    if (from + more > values.length) {
      values = Arrays.copyOf(values, Math.max(2 * values.length, from + more));
    }
    System.arraycopy(others.values, 0, values, from, more);
    size += others.size;
    return this;
  }

  public int size() {
    return size;
  }

  /** Visits them by group, and in each in the order in which documents are taken. */
  public void forEachInOrder(Consumer<Candidate> visitor) {
    List<Candidate> ordered = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      int at = i * FIELDS;
      ordered.add(
          new Candidate(
              (int) values[at],
              values[at + 1],
              values[at + 2],
              values[at + 3],
              values[at + 4],
              (int) values[at + 5]));
    }
    Collections.sort(ordered, Candidate.IN_ORDER);
    ordered.forEach(visitor);
  }
}
