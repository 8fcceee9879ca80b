package io.gradus.jobs.pack;

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
    LittleEndianOutput out = new LittleEndianOutput(stream);
    long count = sequences + 1;
    out.write("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    out.writeLong(1);
    out.write(tokenBytes == 2 ? 8 : 4);
    out.writeLong(count);
    out.writeLong(count + 1);
    for (long i = 0; i < count; i++) {
      out.writeInt(i < sequences ? sequenceLength : 1);
    }
    for (long i = 0; i < count; i++) {
      out.writeLong(bytes(i));
    }
    for (long i = 0; i <= count; i++) {
      out.writeLong(i);
    }
    out.flush();
  }

  /** Writes GPTDataset's index of documents in their own order: int32, the last one counted. */
  void writeDocumentIndex(OutputStream stream, long sequences) throws IOException {
    LittleEndianOutput out = new LittleEndianOutput(stream);
    NpyArray.writeHead(out, "<i4", sequences + 1, "");
    for (long i = 0; i <= sequences; i++) {
      out.writeInt((int) i);
    }
    out.flush();
  }

  /**
   * Writes GPTDataset's index of samples in order: document and offset where each begins, and where
   * the last one ends; int32, or int64 where that cannot count them.
   */
  void writeSampleIndex(OutputStream stream, long sequences) throws IOException {
    LittleEndianOutput out = new LittleEndianOutput(stream);
    boolean wide = sequences + 1 > Integer.MAX_VALUE;
    NpyArray.writeHead(out, wide ? "<i8" : "<i4", sequences + 1, " 2");
    for (long i = 0; i <= sequences; i++) {
      if (wide) {
        out.writeLong(i);
        out.writeLong(0);
      } else {
        out.writeInt((int) i);
        out.writeInt(0);
      }
    }
    out.flush();
  }

  /** Writes GPTDataset's permutation of samples, which changes nothing: uint32. */
  void writeShuffleIndex(OutputStream stream, long sequences) throws IOException {
    LittleEndianOutput out = new LittleEndianOutput(stream);
    NpyArray.writeHead(out, "<u4", sequences, "");
    for (long i = 0; i < sequences; i++) {
      out.writeInt((int) i);
    }
    out.flush();
  }
}
