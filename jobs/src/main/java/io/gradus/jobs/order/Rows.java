package io.gradus.jobs.order;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Some rows of the selection on their way, as columns: a hundred million rows have no room for an
 * object each. Between tasks they travel as one array of bytes.
 */
final class Rows {
  private static final int BYTES_OF_ROW = 4 * Integer.BYTES + 5 * Long.BYTES;
  private static final int BYTES_OF_RANKING = 2 * Long.BYTES;

  final int size;
  final int rankings;
  final long[] docIdHigh;
  final long[] docIdLow;
  final int[] source;
  final int[] topic;
  final int[] repeat;
  final int[] tokens;
  final double[] score;

  /** What rows are to be sorted by. */
  final double[] key;

  /** Tokens and rows are summed for each cell. */
  final long[] cell;

  /** By ranking and row. */
  final double[][] quantile;

  /** By ranking and row. */
  final long[][] rank;

  /** Room for so many rows, with so many rankings. */
  Rows(int size, int rankings) {
    this.size = size;
    this.rankings = rankings;
    this.docIdHigh = new long[size];
    this.docIdLow = new long[size];
    this.source = new int[size];
    this.topic = new int[size];
    this.repeat = new int[size];
    this.tokens = new int[size];
    this.score = new double[size];
    this.key = new double[size];
    this.cell = new long[size];
    this.quantile = new double[rankings][size];
    this.rank = new long[rankings][size];
  }

  /** The same rows with room for one more ranking, key and cell; the other columns are shared. */
  private Rows(Rows rows) {
    this.size = rows.size;
    this.rankings = rows.rankings + 1;
    this.docIdHigh = rows.docIdHigh;
    this.docIdLow = rows.docIdLow;
    this.source = rows.source;
    this.topic = rows.topic;
    this.repeat = rows.repeat;
    this.tokens = rows.tokens;
    this.score = rows.score;
    this.key = new double[size];
    this.cell = new long[size];
    this.quantile = Arrays.copyOf(rows.quantile, rankings);
    this.rank = Arrays.copyOf(rows.rank, rankings);
    this.quantile[rankings - 1] = new double[size];
    this.rank[rankings - 1] = new long[size];
  }

  /** The first rows alone; they have no ranking yet. */
  Rows first(int count) {
    if (count == size) {
      return this;
    }
    Rows first = new Rows(count, 0);
    System.arraycopy(docIdHigh, 0, first.docIdHigh, 0, count);
    System.arraycopy(docIdLow, 0, first.docIdLow, 0, count);
    System.arraycopy(source, 0, first.source, 0, count);
    System.arraycopy(topic, 0, first.topic, 0, count);
    System.arraycopy(repeat, 0, first.repeat, 0, count);
    System.arraycopy(tokens, 0, first.tokens, 0, count);
    System.arraycopy(score, 0, first.score, 0, count);
    return first;
  }

  Rows withNextRanking() {
    return new Rows(this);
  }

  /** Shows a row to the shapes. */
  void show(int row, long chanceOfDocument, RankedDocument document) {
    document.set(score[row], source[row], topic[row], repeat[row], chanceOfDocument);
    for (int ranking = 0; ranking < rankings; ranking++) {
      document.rank(quantile[ranking][row], rank[ranking][row]);
    }
  }

  /**
   * Writes rows as bytes.
   *
   * @param order numbers of rows; those from {@code from} to {@code to} - 1 are written
   */
  byte[] encode(int[] order, int from, int to) {
    int count = to - from;
    long length =
        2L * Integer.BYTES + (long) count * (BYTES_OF_ROW + (long) rankings * BYTES_OF_RANKING);
    byte[] encoded = new byte[Math.toIntExact(length)];
    ByteBuffer out = buffer(encoded);
    out.putInt(count).putInt(rankings);
    encode(docIdHigh, order, from, to, out);
    encode(docIdLow, order, from, to, out);
    encode(source, order, from, to, out);
    encode(topic, order, from, to, out);
    encode(repeat, order, from, to, out);
    encode(tokens, order, from, to, out);
    encode(score, order, from, to, out);
    encode(key, order, from, to, out);
    encode(cell, order, from, to, out);
    for (int ranking = 0; ranking < rankings; ranking++) {
      encode(quantile[ranking], order, from, to, out);
      encode(rank[ranking], order, from, to, out);
    }
    return encoded;
  }

  private static void encode(long[] column, int[] order, int from, int to, ByteBuffer out) {
    for (int i = from; i < to; i++) {
      out.putLong(column[order[i]]);
    }
  }

  private static void encode(int[] column, int[] order, int from, int to, ByteBuffer out) {
    for (int i = from; i < to; i++) {
      out.putInt(column[order[i]]);
    }
  }

  private static void encode(double[] column, int[] order, int from, int to, ByteBuffer out) {
    for (int i = from; i < to; i++) {
      out.putDouble(column[order[i]]);
    }
  }

  /** The rows of several arrays of bytes, one after the other; each is dropped once it is read. */
  static Rows decode(List<byte[]> encoded) {
    int size = 0;
    int rankings = 0;
    for (byte[] bytes : encoded) {
      ByteBuffer in = buffer(bytes);
      size = Math.addExact(size, in.getInt());
      rankings = in.getInt();
    }
    Rows rows = new Rows(size, rankings);
    int first = 0;
    for (int i = 0; i < encoded.size(); i++) {
      first += rows.read(buffer(encoded.set(i, null)), first);
    }
    return rows;
  }

  private int read(ByteBuffer in, int first) {
    int count = in.getInt();
    if (in.getInt() != rankings) {
      throw new IllegalStateException("Rows with different rankings in one range");
    }
    read(in, docIdHigh, first, count);
    read(in, docIdLow, first, count);
    read(in, source, first, count);
    read(in, topic, first, count);
    read(in, repeat, first, count);
    read(in, tokens, first, count);
    read(in, score, first, count);
    read(in, key, first, count);
    read(in, cell, first, count);
    for (int ranking = 0; ranking < rankings; ranking++) {
      read(in, quantile[ranking], first, count);
      read(in, rank[ranking], first, count);
    }
    return count;
  }

  private static void read(ByteBuffer in, long[] column, int first, int count) {
    in.asLongBuffer().get(column, first, count);
    in.position(in.position() + count * Long.BYTES);
  }

  private static void read(ByteBuffer in, int[] column, int first, int count) {
    in.asIntBuffer().get(column, first, count);
    in.position(in.position() + count * Integer.BYTES);
  }

  private static void read(ByteBuffer in, double[] column, int first, int count) {
    in.asDoubleBuffer().get(column, first, count);
    in.position(in.position() + count * Double.BYTES);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
