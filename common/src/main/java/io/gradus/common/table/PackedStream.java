package io.gradus.common.table;

import java.io.Serializable;

/**
 * The curriculum as one long stream of tokens, and how it is cut: sequence {@code j} holds stream
 * tokens {@code [j*S, (j+1)*S)}. Documents follow each other, with what is added to each; where
 * they are packed by best-fit, padding follows them up to the end of a sequence and is part of the
 * stream. Else only the last sequence can be short; it is padded with end-of-text.
 *
 * @param tokens the stream's length
 * @param sequenceLength S, tokens of one training sequence
 * @param shardTokens tokens of a shard where the layout does not ask for others, a multiple of S
 */
public record PackedStream(long tokens, int sequenceLength, long shardTokens)
    implements Serializable {

  /** Cuts a stream; a shard length that is no multiple of the sequence's is rounded up to one. */
  public static PackedStream of(long tokens, int sequenceLength, long wishedShardTokens) {
    return new PackedStream(
        tokens, sequenceLength, ceilDiv(wishedShardTokens, sequenceLength) * sequenceLength);
  }

  public long sequences() {
    return ceilDiv(tokens, sequenceLength);
  }

  /** End-of-text tokens after the end of the stream that fill the last sequence. */
  public long paddingTokens() {
    return sequences() * sequenceLength - tokens;
  }

  private static long ceilDiv(long dividend, long divisor) {
    return Math.floorDiv(dividend + divisor - 1, divisor);
  }
}
