package io.gradus.jobs.sample;

import io.gradus.common.selection.CutoffSearch;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** Tokens and documents by quota group and step of the key. */
final class StepCounts implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int LOW_BITS = 7;

  private final int groups;
  private final int steps;

  /** Tokens and documents in turn, so that a row touches memory in one place. */
  private transient long[] counts;

  /** Nothing counted yet. */
  StepCounts(int groups, int steps) {
    this.groups = groups;
    this.steps = steps;
    this.counts = new long[Math.multiplyExact(2, Math.multiplyExact(groups, steps))];
  }

  /** Adds one document, with the tokens of all its copies. */
  void add(int group, int step, long tokens) {
    int cell = 2 * (group * steps + step);
    counts[cell] += tokens;
    counts[cell + 1]++;
  }

  /** Adds all that another one holds. */
  void addAll(StepCounts other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  long tokens(int group) {
    return sum(group, 0);
  }

  long documents(int group) {
    return sum(group, 1);
  }

  private long sum(int group, int which) {
    long sum = 0;
    for (int step = 0; step < steps; step++) {
      sum += counts[2 * (group * steps + step) + which];
    }
    return sum;
  }

  /** Visits groups in ascending order, and in each its steps in descending order. */
  void forEachDescending(KeySteps borders, CutoffSearch.CellVisitor visitor) {
    for (int group = 0; group < groups; group++) {
      for (int step = steps - 1; step >= 0; step--) {
        int cell = 2 * (group * steps + step);
        if (counts[cell + 1] > 0) {
          visitor.visit(group, step, borders, counts[cell], counts[cell + 1]);
        }
      }
    }
  }

  /** Most numbers are small: 7 bits to a byte, the lowest first. */
  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    for (long count : counts) {
      long rest = count;
      while (rest >= 1 << LOW_BITS) {
        out.writeByte((int) rest | 1 << LOW_BITS);
        rest >>>= LOW_BITS;
      }
      out.writeByte((int) rest);
    }
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    counts = new long[2 * groups * steps];
    for (int i = 0; i < counts.length; i++) {
      long count = 0;
      int shift = 0;
      byte part = in.readByte();
      for (; part < 0; part = in.readByte()) {
        count |= (long) (part & (1 << LOW_BITS) - 1) << shift;
        shift += LOW_BITS;
      }
      counts[i] = count | (long) part << shift;
    }
  }
}
