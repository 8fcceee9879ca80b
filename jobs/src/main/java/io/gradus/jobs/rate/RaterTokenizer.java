package io.gradus.jobs.rate;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gradus.common.job.UserMistake;
import io.gradus.common.tokenizer.NativeTokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A bundle's {@code tokenizer.json}; may be used by several threads. */
final class RaterTokenizer implements AutoCloseable {
  /**
   * Longer texts are tokenized in segments, since the tokenizer keeps offsets and strings of every
   * token of what it is given. Segments end at white space, where pre-tokenizers split anyway.
   */
  static final int SEGMENT = 1 << 16;

  /**
   * Where few tokens are wanted, so many characters are looked at for each: more than most have.
   */
  private static final long CHARACTERS_PER_TOKEN = 16;

  private final HuggingFaceTokenizer tokenizer;
  private final long[] before;
  private final long[] after;

  /**
   * Opens a tokenizer.
   *
   * @param special whether its special tokens are put around chunks
   * @param place where the bundle lies, for messages
   */
  RaterTokenizer(Path file, RaterDefinition.SpecialTokens special, String place) {
    NativeTokenizers.prepare();
    try {
      // What the file says of truncation and padding is for single sentences: chunks are cut here.
      tokenizer =
          HuggingFaceTokenizer.newInstance(
              file, Map.of("truncation", "false", "padding", "false", "modelMaxLength", "0"));
    } catch (IOException | RuntimeException e) {
      throw new UserMistake(
          place
              + "/"
              + RaterDefinition.TOKENIZER
              + ": not a tokenizer ("
              + e.getMessage()
              + "). Put the tokenizer.json of the model's authors there.",
          e);
    }
    if (special == RaterDefinition.SpecialTokens.NONE) {
      before = new long[0];
      after = new long[0];
    } else {
      long[] plain = NativeTokenizers.ids(tokenizer, "a");
      long[] dressed = tokenizer.encode("a", true, false).getIds();
      int prefix = 0;
      while (prefix + plain.length < dressed.length
          && !Arrays.equals(dressed, prefix, prefix + plain.length, plain, 0, plain.length)) {
        prefix++;
      }
      before = Arrays.copyOfRange(dressed, 0, prefix);
      after =
          Arrays.copyOfRange(
              dressed, Math.min(dressed.length, prefix + plain.length), dressed.length);
    }
  }

  /** How many special tokens a chunk gets. */
  int specialTokens() {
    return before.length + after.length;
  }

  /** The token ids of a text, without special tokens. */
  long[] encode(String text) {
    if (text.length() <= SEGMENT) {
      return NativeTokenizers.ids(tokenizer, text);
    }
    return encode(text, SEGMENT, Integer.MAX_VALUE);
  }

  /** The first token ids of a text, at most {@code limit}, without tokenizing much of the rest. */
  long[] encodeStart(String text, int limit) {
    int segment = (int) Math.min(SEGMENT, Math.max(1L << 12, CHARACTERS_PER_TOKEN * limit));
    long[] ids = text.length() <= segment ? encode(text) : encode(text, segment, limit);
    return ids.length <= limit ? ids : Arrays.copyOf(ids, limit);
  }

  private long[] encode(String text, int longest, int limit) {
    long[] ids = new long[Math.min(text.length(), longest) / 3];
    int count = 0;
    for (int start = 0; start < text.length() && count < limit; ) {
      int end = segmentEnd(text, start, longest);
      long[] segment = NativeTokenizers.ids(tokenizer, text.substring(start, end));
      if (count + segment.length > ids.length) {
        ids = Arrays.copyOf(ids, Math.max(count + segment.length, ids.length + ids.length / 2));
      }
      System.arraycopy(segment, 0, ids, count, segment.length);
      count += segment.length;
      start = end;
    }
    return Arrays.copyOf(ids, count);
  }

  /**
   * The end of the segment that begins at {@code start}: before its last white space, or a limit.
   */
  static int segmentEnd(String text, int start, int longest) {
    int limit = start + longest;
    if (limit >= text.length()) {
      return text.length();
    }
    for (int end = limit; end > start; end--) {
      if (Character.isWhitespace(text.charAt(end))) {
        return end;
      }
    }
    return Character.isLowSurrogate(text.charAt(limit)) ? limit - 1 : limit;
  }

  /** Writes a chunk's ids, special tokens around them, into {@code row} from {@code offset} on. */
  void dress(long[] ids, Chunk chunk, long[] row, int offset) {
    System.arraycopy(before, 0, row, offset, before.length);
    System.arraycopy(ids, chunk.start(), row, offset + before.length, chunk.length());
    System.arraycopy(after, 0, row, offset + before.length + chunk.length(), after.length);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
