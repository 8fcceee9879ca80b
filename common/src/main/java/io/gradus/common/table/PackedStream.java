package io.gradus.common.table;

import java.io.Serializable;

/**
 * The curriculum as one long stream of tokens, one end-of-text after each document, and how it is
 * cut: shard {@code i} holds stream tokens {@code [i*T, (i+1)*T)}, sequence {@code j} holds {@code
 * [j*S, (j+1)*S)}. Only the last sequence can be short; it is padded with end-of-text.
 *
 * @param tokens the stream's length: tokens of all documents and one end-of-text for each
 * @param sequenceLength S, tokens of one training sequence
 * @param shardTokens T, tokens of every shard but the last, a multiple of S
 */
public record PackedStream(long tokens, int sequenceLength, long shardTokens)
    implements Serializable {

  /** Cuts a stream; a shard length that is no multiple of the sequence's is rounded up to one. */
  public static PackedStream of(long tokens, int sequenceLength, long wishedShardTokens) {
    return new PackedStream(
        tokens, sequenceLength, ceilDiv(wishedShardTokens, sequenceLength) * sequenceLength);
  }

  public int shards() {
    return Math.toIntExact(ceilDiv(tokens, shardTokens));
  }

  public long sequences() {
    return ceilDiv(tokens, sequenceLength);
  }

  /** End-of-text tokens after the end of the stream that fill the last sequence. */
  public long paddingTokens() {
    return sequences() * sequenceLength - tokens;
  }

  public int shardOf(long token) {
    return Math.toIntExact(token / shardTokens);
  }

  /** The stream offset of a shard's first token. */
  public long firstToken(int shard) {
    return shard * shardTokens;
  }

  /** The stream offset after a shard's last token, padding not counted. */
  public long endToken(int shard) {
    return Math.min((shard + 1) * shardTokens, tokens);
  }

  public long firstSequence(int shard) {
    return firstToken(shard) / sequenceLength;
  }

  /** Sequences in a shard, the padded one counted. */
  public long sequences(int shard) {
    return ceilDiv(endToken(shard) - firstToken(shard), sequenceLength);
  }

  /** Padding in a shard: 0 for every shard but the last. */
  public long paddingTokens(int shard) {
    return shard == shards() - 1 ? paddingTokens() : 0;
  }

  private static long ceilDiv(long dividend, long divisor) {
    return Math.floorDiv(dividend + divisor - 1, divisor);
  }
}
