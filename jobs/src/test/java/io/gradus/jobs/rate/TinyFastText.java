package io.gradus.jobs.rate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fastText classifier in fastText's own format, small enough to be computed by hand. The words
 * are {@code good} (2, 0), {@code bad} (0, 2), {@code the} (1, 1) and, unless left out, the end of
 * the line (0, 0); the labels {@code __label__hq} (1, 0) and {@code __label__lq} (0, 1). The
 * log-odds of hq are then the first number less the second of the mean over a line's words.
 *
 * @param loss 1 hs, 2 ns, 3 softmax, 4 ova
 * @param model 3 classifier, 2 skip-grams
 * @param wordNGrams pairs of words, all (0, 0), with 2; none with 1
 */
record TinyFastText(int loss, int model, int wordNGrams, int longestSubword, String endOfLine) {
  private static final int BUCKETS = 7;
  static final TinyFastText CLASSIFIER = new TinyFastText(3, 3, 1, 0, "</s>");

  TinyFastText withLoss(int other) {
    return new TinyFastText(other, model, wordNGrams, longestSubword, endOfLine);
  }

  TinyFastText withModel(int other) {
    return new TinyFastText(loss, other, wordNGrams, longestSubword, endOfLine);
  }

  TinyFastText withWordNGrams(int other) {
    return new TinyFastText(loss, model, other, longestSubword, endOfLine);
  }

  TinyFastText withLongestSubword(int other) {
    return new TinyFastText(loss, model, wordNGrams, other, endOfLine);
  }

  TinyFastText withEndOfLine(String other) {
    return new TinyFastText(loss, model, wordNGrams, longestSubword, other);
  }

  Path write(Path file) throws IOException {
    Map<String, float[]> words = new TreeMap<>();
    words.put("good", new float[] {2, 0});
    words.put("bad", new float[] {0, 2});
    words.put("the", new float[] {1, 1});
    words.put(endOfLine, new float[] {0, 0});
    List<String> labels = List.of("__label__hq", "__label__lq");
    ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(793712314).putInt(12);
    out.putInt(2).putInt(5).putInt(5).putInt(1).putInt(5).putInt(wordNGrams).putInt(loss);
    out.putInt(model).putInt(BUCKETS).putInt(0).putInt(longestSubword).putInt(100).putDouble(1e-4);
    out.putInt(words.size() + labels.size()).putInt(words.size()).putInt(labels.size());
    out.putLong(100).putLong(-1);
    words.keySet().forEach(word -> entry(out, word, (byte) 0));
    labels.forEach(label -> entry(out, label, (byte) 1));
    out.put((byte) 0).putLong(words.size() + BUCKETS).putLong(2);
    words.values().forEach(vector -> out.putFloat(vector[0]).putFloat(vector[1]));
    for (int i = 0; i < BUCKETS; i++) {
      out.putFloat(0).putFloat(0);
    }
    out.put((byte) 0).putLong(2).putLong(2).putFloat(1).putFloat(0).putFloat(0).putFloat(1);
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Files.write(file, bytes);
  }

  private static void entry(ByteBuffer out, String name, byte type) {
    out.put(name.getBytes(StandardCharsets.UTF_8)).put((byte) 0).putLong(10).put(type);
  }
}
