package io.gradus.common.table;

import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What readers of the shards need to know. The manifest holds what does not grow with the corpus;
 * each shard is a line of a shard list.
 *
 * @param packing how documents are put into sequences
 * @param windowTokens for {@link Packing#BEST_FIT}, the stream tokens of the order that are packed
 *     together: window k holds the documents that would begin in {@code [k * windowTokens, (k + 1)
 *     * windowTokens)} of the concatenated stream; else 0
 * @param endOfText the id of the token that ends a document, also used as padding
 * @param beginOfText the id of the token before each document, or {@link #NO_TOKEN}
 * @param boundaries whether the formats that can say it say where documents end in each sequence
 * @param globalBatch sequences of one optimizer step, from which shards have their steps
 * @param splits the curriculum first, then the validation split where there is one
 */
public record PackedShards(
    Packing packing,
    long windowTokens,
    int endOfText,
    int beginOfText,
    boolean boundaries,
    long globalBatch,
    List<PackedSplit> splits)
    implements Serializable {
  /** Stands for a token that is not used. */
  public static final int NO_TOKEN = -1;

  /** The curriculum. */
  public PackedSplit train() {
    return splits.get(0);
  }

  public Optional<PackedSplit> validation() {
    return splits.stream().skip(1).findFirst();
  }

  /** Tokens that are added to each document: its end-of-text, and its beginning token if any. */
  public int tokensBesideText() {
    return beginOfText == NO_TOKEN ? 1 : 2;
  }

  /**
   * Where a document begins in the concatenated stream.
   *
   * @param tokenOffset the tokens of all documents before it, without what is added
   * @param position the number of documents before it
   */
  public long streamOffset(long tokenOffset, long position) {
    return tokenOffset + position * tokensBesideText();
  }

  /**
   * One format of the stream.
   *
   * @param layout where each sequence lies; for {@code jsonl} a shard holds the documents that
   *     begin in its stretch of the curriculum
   * @param paddingSequences sequences that hold padding only, which the layout needs
   * @param tokenBytes bytes of one token, before any compression
   * @param bytes of all its files
   * @param shardList the file that holds one {@link Shard} as JSON on each line, in order; formats
   *     of one layout share it
   * @param shardListSha256 SHA-256 of the shard list
   * @param wholeFiles files that belong to no single shard, such as an index
   */
  public record PackedFormat(
      ShardFormat format,
      SequenceLayout layout,
      long paddingSequences,
      int tokenBytes,
      long bytes,
      String shardList,
      String shardListSha256,
      List<PackedFile> wholeFiles)
      implements Serializable {
    /** All shards in order. */
    public List<Shard> shards(StageDirectory directory) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(
                  directory.fileSystem().open(directory.file(shardList)),
                  StandardCharsets.UTF_8))) {
        return lines.lines().map(line -> Json.read(line, Shard.class)).toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
