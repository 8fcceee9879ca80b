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

/**
 * What readers of the shards need to know. The manifest holds what does not grow with the corpus;
 * each shard is a line of {@value #SHARD_LIST}.
 *
 * @param stream the token stream and how it is cut
 * @param shards how many shards there are
 * @param sequences training sequences in all shards
 * @param paddingTokens end-of-text tokens after the stream's end, in the last sequence
 * @param endOfText the id of the token that ends a document
 * @param formats each format that was written
 * @param shardListSha256 SHA-256 of {@value #SHARD_LIST}
 */
public record PackedShards(
    PackedStream stream,
    int shards,
    long sequences,
    long paddingTokens,
    int endOfText,
    List<PackedFormat> formats,
    String shardListSha256)
    implements Serializable {
  /** One {@link Shard} as JSON on each line, in order. */
  public static final String SHARD_LIST = "shards.jsonl";

  /**
   * One format of the same stream.
   *
   * @param tokenBytes bytes of one token, before any compression
   * @param bytes of all its files
   * @param wholeFiles files that belong to no single shard, such as an index
   */
  public record PackedFormat(
      ShardFormat format, int tokenBytes, long bytes, List<PackedFile> wholeFiles)
      implements Serializable {}

  /** All shards in order. */
  public static List<Shard> shardList(StageDirectory directory) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                directory.fileSystem().open(directory.file(SHARD_LIST)), StandardCharsets.UTF_8))) {
      return lines.lines().map(line -> Json.read(line, Shard.class)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
