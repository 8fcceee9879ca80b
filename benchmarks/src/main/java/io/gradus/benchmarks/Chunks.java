package io.gradus.benchmarks;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gradus.common.tokenizer.NativeTokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The documents' chunks, tokenized and with their special tokens.
 *
 * @param chunks in the documents' order
 */
record Chunks(List<Chunk> chunks) {

  /**
   * What goes through the model as one row.
   *
   * @param ids special tokens included
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Chunk(String document, long[] ids) {}

  /**
   * Chunks of equal length.
   *
   * @param ids row after row
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Batch(List<Chunk> chunks, long[] ids, int length) {
    static Batch of(List<Chunk> chunks) {
      int length = chunks.get(0).ids().length;
      long[] ids = new long[chunks.size() * length];
      for (int i = 0; i < chunks.size(); i++) {
        System.arraycopy(chunks.get(i).ids(), 0, ids, i * length, length);
      }
      return new Batch(List.copyOf(chunks), ids, length);
    }
  }

  /** Cuts the documents as the bundle says: consecutive chunks, special tokens around each. */
  static Chunks of(List<Corpus.Text> documents, Path tokenizerFile, int chunkTokens)
      throws IOException {
    NativeTokenizers.prepare();
    Map<String, String> whole =
        Map.of("truncation", "false", "padding", "false", "modelMaxLength", "0");
    List<Chunk> chunks = new ArrayList<>();
    try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(tokenizerFile, whole)) {
      long[] special = tokenizer.encode("", true, false).getIds();
      if (special.length != 2) {
        throw new IllegalStateException("This benchmark knows one special token at each end");
      }
      for (Corpus.Text document : documents) {
        long[] ids = tokenizer.encode(document.text(), false, false).getIds();
        for (int start = 0; start < ids.length; start += chunkTokens - 2) {
          int length = Math.min(chunkTokens - 2, ids.length - start);
          long[] row = new long[length + 2];
          row[0] = special[0];
          System.arraycopy(ids, start, row, 1, length);
          row[length + 1] = special[1];
          chunks.add(new Chunk(document.id(), row));
        }
      }
    }
    return new Chunks(chunks);
  }

  long tokens() {
    return chunks.stream().mapToLong(chunk -> chunk.ids().length).sum();
  }

  /** Batches of equal length, long ones first, of at most so many tokens or one chunk. */
  List<Batch> batches(int budget) {
    Map<Integer, List<Chunk>> byLength = new TreeMap<>((a, b) -> b - a);
    for (Chunk chunk : chunks) {
      byLength.computeIfAbsent(chunk.ids().length, length -> new ArrayList<>()).add(chunk);
    }
    List<Batch> batches = new ArrayList<>();
    byLength.forEach(
        (length, equal) -> {
          int rows = Math.max(1, budget / length);
          for (int from = 0; from < equal.size(); from += rows) {
            batches.add(Batch.of(equal.subList(from, Math.min(equal.size(), from + rows))));
          }
        });
    return batches;
  }

  /** Every so many-th chunk. */
  Chunks sample(int every) {
    List<Chunk> sample = new ArrayList<>();
    for (int i = 0; i < chunks.size(); i += every) {
      sample.add(chunks.get(i));
    }
    return new Chunks(sample);
  }
}
