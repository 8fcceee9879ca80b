package io.gradus.common.selection;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Documents of which one may cross its group's budget, packed into few bytes each. */
public final class Candidates implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int FIELDS = 5;

  private long[] values = {};
  private int size;

  /** One of them. */
  public record Candidate(
      int group, long image, long docIdHigh, long docIdLow, long tokens, int copies) {

    /** The order in which a group's documents are taken. */
    static final Comparator<Candidate> IN_ORDER = Candidate::compare;

    private static int compare(Candidate one, Candidate other) {
      int byImage = Long.compare(other.image, one.image);
      int byHigh = byImage != 0 ? byImage : Long.compareUnsigned(one.docIdHigh, other.docIdHigh);
      return byHigh != 0 ? byHigh : Long.compareUnsigned(one.docIdLow, other.docIdLow);
    }
  }

  public void add(int group, long image, long docIdHigh, long docIdLow, long tokens, int copies) {
    if ((size + 1) * FIELDS > values.length) {
      values = Arrays.copyOf(values, Math.max(64 * FIELDS, 2 * values.length));
    }
    int at = size++ * FIELDS;
    values[at] = ((long) group << Integer.SIZE) | copies;
    values[at + 1] = image;
    values[at + 2] = docIdHigh;
    values[at + 3] = docIdLow;
    values[at + 4] = tokens;
  }

  /** All that several have. */
  public static Candidates of(List<Candidates> parts) {
    Candidates all = new Candidates();
    int numbers = 0;
    for (Candidates part : parts) {
      numbers = Math.addExact(numbers, part.size * FIELDS);
    }
    all.values = new long[numbers];
    for (Candidates part : parts) {
      System.arraycopy(part.values, 0, all.values, all.size * FIELDS, part.size * FIELDS);
      all.size += part.size;
    }
    return all;
  }

  public int size() {
    return size;
  }

  /**
   * Visits each group's in the order in which documents are taken. Groups are visited side by side:
   * a visitor keeps to what belongs to the candidate's group. There may be millions, of which only
   * few groups' are objects at a time.
   */
  public void forEachInOrder(Consumer<Candidate> visitor) {
    int groups = 0;
    for (int i = 0; i < size; i++) {
      groups = Math.max(groups, group(i) + 1);
    }
    int[] ends = new int[groups + 1];
    for (int i = 0; i < size; i++) {
      ends[group(i) + 1]++;
    }
    for (int group = 0; group < groups; group++) {
      ends[group + 1] += ends[group];
    }
    int[] byGroup = new int[size];
    for (int i = 0; i < size; i++) {
      byGroup[ends[group(i)]++] = i;
    }
    // ends[group], where the group began, has moved on to where it ends.
    IntStream.range(0, groups)
        .parallel()
        .forEach(
            group ->
                Arrays.stream(byGroup, group == 0 ? 0 : ends[group - 1], ends[group])
                    .mapToObj(this::candidate)
                    .sorted(Candidate.IN_ORDER)
                    .forEachOrdered(visitor));
  }

  private int group(int candidate) {
    return (int) (values[candidate * FIELDS] >>> Integer.SIZE);
  }

  private Candidate candidate(int number) {
    int at = number * FIELDS;
    return new Candidate(
        group(number),
        values[at + 1],
        values[at + 2],
        values[at + 3],
        values[at + 4],
        (int) values[at]);
  }

  /** Without the room for more, which would travel with what tasks found. */
  private void writeObject(ObjectOutputStream out) throws IOException {
    values = Arrays.copyOf(values, size * FIELDS);
    out.defaultWriteObject();
  }
}
