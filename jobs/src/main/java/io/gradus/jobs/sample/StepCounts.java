package io.gradus.jobs.sample;

import io.gradus.common.selection.CutoffSearch;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** Tokens and documents by quota group and step of the key. */
final class StepCounts implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int LOW_BITS = 7;
  private static final int CHUNK = 1 << 13;

  /** Of one number. */
  private static final int MOST_BYTES = 10;

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

  /** The cell of a group and step. */
  int cell(int group, int step) {
    return 2 * (group * steps + step);
  }

  /** Adds one document to a cell, with the tokens of all its copies. */
  void add(int cell, long tokens) {
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
      sum += counts[cell(group, step) + which];
    }
    return sum;
  }

  /** Visits groups in ascending order, and in each its steps in descending order. */
  void forEachDescending(KeySteps borders, CutoffSearch.CellVisitor visitor) {
    for (int group = 0; group < groups; group++) {
      for (int step = steps - 1; step >= 0; step--) {
        int cell = cell(group, step);
        if (counts[cell + 1] > 0) {
          visitor.visit(group, step, borders, counts[cell], counts[cell + 1]);
        }
      }
    }
  }

  /** Most numbers are small: 7 bits to a byte, the lowest first. */
  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    byte[] bytes = new byte[CHUNK];
    int size = 0;
    for (long count : counts) {
      if (size > CHUNK - MOST_BYTES) {
        out.write(bytes, 0, size);
        size = 0;
      }
      long rest = count;
      while (rest >= 1 << LOW_BITS) {
        bytes[size++] = (byte) ((int) rest | 1 << LOW_BITS);
        rest >>>= LOW_BITS;
      }
      bytes[size++] = (byte) rest;
    }
    out.write(bytes, 0, size);
  }

  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    counts = new long[2 * groups * steps];
    byte[] bytes = new byte[CHUNK];
    int size = 0;
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      long count = 0;
      int shift = 0;
      while (true) {
        if (at == size) {
          size = in.read(bytes, 0, CHUNK);
          at = 0;
          if (size <= 0) {
            throw new EOFException("Counts end after " + i + " of " + counts.length);
          }
        }
        byte part = bytes[at++];
        count |= (long) (part & (1 << LOW_BITS) - 1) << shift;
        if (part >= 0) {
          break;
        }
        shift += LOW_BITS;
      }
      counts[i] = count;
    }
  }
}
