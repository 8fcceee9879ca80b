package io.gradus.jobs.rate;

import cc.fasttext.FastText;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** A fastText classifier in memory; may be used by several threads at once. */
final class FastTextModel {
  /**
   * FastText's own separators, and what else breaks lines for Python's {@code splitlines}, by which
   * texts are put on one line.
   */
  private static final String SEPARATORS = " \t\n\u000b\f\r\0\u001c\u001d\u001e\u0085\u2028\u2029";

  /** The library's reader fails at words of more than 8192 bytes. */
  private static final int LONGEST_WORD = 2000;

  private final FastText model;
  private final List<String> labels;

  private FastTextModel(FastText model) {
    this.model = model;
    this.labels =
        IntStream.range(0, model.getDictionary().nlabels())
            .mapToObj(model.getDictionary()::getLabel)
            .toList();
  }

  /**
   * Reads a model.
   *
   * @throws IllegalArgumentException when it is none
   */
  static FastTextModel load(InputStream in) throws IOException {
    return new FastTextModel(FastText.DEFAULT_FACTORY.load(in));
  }

  /** The labels, the most frequent in training first. */
  List<String> labels() {
    return labels;
  }

  /**
   * The probability of a label, as {@code fasttext predict-prob} gives it for the text on one line:
   * up to 1e-5 above the true one, since fastText adds that before it takes logarithms. Of words
   * longer than {@value #LONGEST_WORD} characters only so many count.
   *
   * @return nothing where the model knows no word of the text
   */
  OptionalDouble probability(String text, String label) {
    Map<String, Float> probabilities = model.predictLine(line(text), labels.size());
    Float probability = probabilities.get(label);
    return probability == null ? OptionalDouble.empty() : OptionalDouble.of(probability);
  }

  private static String line(String text) {
    StringBuilder line = new StringBuilder(text.length() + 1);
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (SEPARATORS.indexOf(character) >= 0) {
        line.append(' ');
        length = 0;
      } else if (length < LONGEST_WORD) {
        line.append(character);
        length++;
      }
    }
    return line.append('\n').toString();
  }
}
