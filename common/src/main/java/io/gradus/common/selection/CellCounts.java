package io.gradus.common.selection;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Tokens and documents by group and cell, for the cells that occur: a histogram of histograms in
 * open addressing, since a task adds to it once for every row.
 */
public final class CellCounts implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int FIRST_CAPACITY = 1 << 10;

  private long[] keys = new long[FIRST_CAPACITY];
  private long[] tokens = new long[FIRST_CAPACITY];
  private long[] documents = new long[FIRST_CAPACITY];
  private int size;

  /** Takes the cells of one group in turn. */
  @FunctionalInterface
  public interface Visitor {
    void visit(int group, int cell, long tokens, long documents);
  }

  /** Adds one document. */
  public void add(int group, int cell, long tokensOfDocument) {
    add(group, cell, tokensOfDocument, 1);
  }

  /** Adds some documents, at least one, and their tokens. */
  public void add(int group, int cell, long moreTokens, long moreDocuments) {
    int slot = slot(((long) group << Integer.SIZE) | (cell & 0xffff_ffffL));
    tokens[slot] += moreTokens;
    documents[slot] += moreDocuments;
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> Integer.SIZE) & mask;
    while (documents[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    if (documents[slot] == 0) {
      if (size >= keys.length / 2) {
        grow();
        return slot(key);
      }
      keys[slot] = key;
      size++;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldTokens = tokens;
    long[] oldDocuments = documents;
    keys = new long[2 * oldKeys.length];
    tokens = new long[2 * oldKeys.length];
    documents = new long[2 * oldKeys.length];
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldDocuments[i] != 0) {
        int slot = slot(oldKeys[i]);
        tokens[slot] = oldTokens[i];
        documents[slot] = oldDocuments[i];
      }
    }
  }

  /** Adds all that another histogram holds. */
  public CellCounts addAll(CellCounts other) {
    for (int i = 0; i < other.keys.length; i++) {
      if (other.documents[i] != 0) {
        int slot = slot(other.keys[i]);
        tokens[slot] += other.tokens[i];
        documents[slot] += other.documents[i];
      }
    }
    return this;
  }

  /** Occupied places only: at least half of them are free, and tasks send what they counted. */
  private void writeObject(ObjectOutputStream out) throws IOException {
    out.writeInt(size);
    for (int i = 0; i < keys.length; i++) {
      if (documents[i] != 0) {
        out.writeLong(keys[i]);
        out.writeLong(tokens[i]);
        out.writeLong(documents[i]);
      }
    }
  }

  private void readObject(ObjectInputStream in) throws IOException {
    int count = in.readInt();
    int capacity = Math.max(FIRST_CAPACITY, Integer.highestOneBit(Math.max(1, count)) * 4);
    keys = new long[capacity];
    tokens = new long[capacity];
    documents = new long[capacity];
    for (int i = 0; i < count; i++) {
      int slot = slot(in.readLong());
      tokens[slot] = in.readLong();
      documents[slot] = in.readLong();
    }
  }

  /** How many cells there are. */
  public int size() {
    return size;
  }

  /** Visits groups in ascending order, and in each its cells in descending order. */
  public void forEachDescending(Visitor visitor) {
    long[] sorted = new long[size];
    int count = 0;
    for (int i = 0; i < keys.length; i++) {
      if (documents[i] != 0) {
        // Turned, so that cells descend where numbers ascend; groups are not negative.
        sorted[count++] = keys[i] ^ 0x7fff_ffffL;
      }
    }
    Arrays.sort(sorted);
    for (long turned : sorted) {
      long key = turned ^ 0x7fff_ffffL;
      int slot = slot(key);
      visitor.visit((int) (key >>> Integer.SIZE), (int) key, tokens[slot], documents[slot]);
    }
  }
}
