package io.gradus.jobs.pack;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where things lie in Megatron-LM's indexed dataset ({@code
 * megatron/core/datasets/indexed_dataset.py}). Every packed sequence is a document of its own; one
 * document of a single end-of-text comes last, since a sample is S + 1 tokens at stride S and the
 * last sequence would otherwise be no sample.
 */
record MegatronLayout(int sequenceLength, int tokenBytes) implements Serializable {
  /** Megatron's own rule: u16 below 65,500 ids, else i32. */
  static int tokenBytes(int vocabularySize) {
    return vocabularySize < 65_500 ? 2 : 4;
  }

  /** Bytes of a shard's stretch of the data file. */
  long bytes(long sequences) {
    return sequences * sequenceLength * tokenBytes;
  }

  /** The bytes of the last document. */
  byte[] lastDocument(int endOfText) {
    byte[] token = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(endOfText).array();
    return Arrays.copyOf(token, tokenBytes);
  }

  /**
   * Writes the index file.
   *
   * @param sequences packed sequences, the last document not counted
   */
  void writeIndex(OutputStream stream, long sequences) throws IOException {
    OutputStream out = new BufferedOutputStream(stream, 1 << 16);
    long count = sequences + 1;
    out.write("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    writeLong(out, 1);
    out.write(tokenBytes == 2 ? 8 : 4);
    writeLong(out, count);
    writeLong(out, count + 1);
    for (long i = 0; i < count; i++) {
      writeInt(out, i < sequences ? sequenceLength : 1);
    }
    for (long i = 0; i < count; i++) {
      writeLong(out, bytes(i));
    }
    for (long i = 0; i <= count; i++) {
      writeLong(out, i);
    }
    out.flush();
  }

  private static void writeInt(OutputStream out, int value) throws IOException {
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void writeLong(OutputStream out, long value) throws IOException {
    out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
