package io.gradus.common.table;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * One shard of a layout, in all formats that have it. Sequence {@code j} of the curriculum is read
 * at optimizer step {@code j / G} when a step takes G sequences.
 *
 * @param index the shard's number, from 0
 * @param firstSequence its first sequence in the curriculum, from 0
 * @param lastSequence its last sequence in the curriculum; from its first row to its last they
 *     ascend, and only in the sorted layout without gap
 * @param sequences training sequences in it, those of padding counted
 * @param firstStep the optimizer step, from 0, that reads its first sequence
 * @param lastStep the optimizer step that reads its last sequence
 * @param tokens stream tokens in it, end-of-text counted and padding not
 * @param paddingTokens end-of-text tokens that fill its sequences
 * @param documents documents that begin in it
 * @param firstPosition the position of the first document with tokens in it
 * @param lastPosition the position of the last document with tokens in it
 * @param score of the documents with tokens in it
 * @param quantile of the documents with tokens in it; null in the validation split, which has no
 *     order
 * @param tokensBySource tokens without end-of-text, of the {@value #SOURCES} largest sources
 * @param tokensOfOtherSources tokens without end-of-text, of all other sources together
 * @param files where it lies, by format; a format's first file holds the tokens
 */
public record Shard(
    int index,
    long firstSequence,
    long lastSequence,
    long sequences,
    long firstStep,
    long lastStep,
    long tokens,
    long paddingTokens,
    long documents,
    long firstPosition,
    long lastPosition,
    Spread score,
    Spread quantile,
    Map<String, Long> tokensBySource,
    long tokensOfOtherSources,
    List<PackedFile> files)
    implements Serializable {
  /** How many sources are listed by name. */
  public static final int SOURCES = 50;

  /**
   * How a number is spread over a shard.
   *
   * @param mean weighted by the document's stream tokens in the shard
   * @param minimum the least of any document with tokens in the shard
   * @param maximum the greatest of any document with tokens in the shard
   */
  public record Spread(double mean, double minimum, double maximum) implements Serializable {}

  /** The same shard with other files. */
  public Shard withFiles(List<PackedFile> otherFiles) {
    return new Shard(
        index,
        firstSequence,
        lastSequence,
        sequences,
        firstStep,
        lastStep,
        tokens,
        paddingTokens,
        documents,
        firstPosition,
        lastPosition,
        score,
        quantile,
        tokensBySource,
        tokensOfOtherSources,
        otherFiles);
  }

  /** The shard's stretch of the file at a path. */
  public PackedFile file(String path) {
    return files.stream()
        .filter(file -> file.path().equals(path))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("Shard " + index + " has no part of " + path));
  }

  /** The file or stretch that holds the shard's tokens in one format. */
  public PackedFile file(ShardFormat format) {
    return files.stream()
        .filter(file -> file.format() == format)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("Shard " + index + " has no " + format.label()));
  }
}
