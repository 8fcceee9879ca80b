package io.gradus.common.table;

/**
 * A polynomial hash of a sequence of token ids modulo the Mersenne prime 2^61 - 1 (Karp and Rabin's
 * fingerprint): {@code h = sum (token_i + 1) * base^(n-1-i)}. It depends on the order of the
 * tokens, and the hash of a concatenation follows from the hashes of its parts, so a document that
 * is cut by a shard's border can be checked from its pieces.
 */
public final class TokenHash {
  private static final long PRIME = (1L << 61) - 1;
  private static final long BASE = 0x0f3c_9a51_d27b_e683L % PRIME;

  private TokenHash() {}

  /** Below, raising the base to a power would cost more than it saves. */
  private static final int LEAST_QUARTER = 64;

  /** The hash of no tokens. */
  public static final long EMPTY = 0;

  /** The hash of the tokens so far with one token more. */
  public static long append(long hash, int token) {
    long sum = multiply(hash, BASE) + Integer.toUnsignedLong(token) + 1;
    return sum >= PRIME ? sum - PRIME : sum;
  }

  /**
   * The hash of two sequences, one after the other; the right one has {@code rightLength} tokens.
   */
  public static long concatenate(long left, long right, long rightLength) {
    return add(share(left, rightLength), right);
  }

  /** The hash of the tokens so far with some tokens more. */
  public static long append(long hash, int[] tokens, int from, int to) {
    int quarter = (to - from) / 4;
    if (quarter < LEAST_QUARTER) {
      return appendOneByOne(hash, tokens, from, to);
    }
    // Each step waits for the one before it, so four parts side by side are faster than one.
    long first = hash;
    long second = EMPTY;
    long third = EMPTY;
    long fourth = EMPTY;
    for (int i = from; i < from + quarter; i++) {
      first = append(first, tokens[i]);
      second = append(second, tokens[i + quarter]);
      third = append(third, tokens[i + 2 * quarter]);
      fourth = append(fourth, tokens[i + 3 * quarter]);
    }
    long shift = power(quarter);
    long all = add(multiply(first, shift), second);
    all = add(multiply(all, shift), third);
    all = add(multiply(all, shift), fourth);
    return appendOneByOne(all, tokens, from + 4 * quarter, to);
  }

  private static long appendOneByOne(long hash, int[] tokens, int from, int to) {
    long next = hash;
    for (int i = from; i < to; i++) {
      next = append(next, tokens[i]);
    }
    return next;
  }

  /**
   * What a part of a sequence adds to the hash of the whole, given the part's own hash and how many
   * tokens come after it; {@link #add} puts the shares of all parts together in any order.
   */
  public static long share(long part, long tokensAfter) {
    return multiply(part, power(tokensAfter));
  }

  /** Two shares together. */
  public static long add(long left, long right) {
    long sum = left + right;
    return sum >= PRIME ? sum - PRIME : sum;
  }

  /** The hash of little-endian token ids of 2 or 4 bytes. */
  public static long of(byte[] tokens, int tokenBytes) {
    long hash = EMPTY;
    for (int offset = 0; offset < tokens.length; offset += tokenBytes) {
      hash = append(hash, TokenBytes.read(tokens, offset, tokenBytes));
    }
    return hash;
  }

  private static long power(long exponent) {
    long result = 1;
    long factor = BASE;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result = multiply(result, factor);
      }
      factor = multiply(factor, factor);
    }
    return result;
  }

  private static long multiply(long left, long right) {
    long high = Math.multiplyHigh(left, right);
    long low = left * right;
    long sum = (low & PRIME) + ((low >>> 61) | (high << 3));
    sum = (sum & PRIME) + (sum >>> 61);
    return sum >= PRIME ? sum - PRIME : sum;
  }
}
