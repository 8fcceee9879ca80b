package io.gradus.jobs.rate;

import cc.fasttext.FastText;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A fastText classifier in memory; may be used by several threads at once. */
final class FastTextModel {
  /** What Python's {@code splitlines} breaks at; a line break would end fastText's reading. */
  private static final Pattern LINE_BREAKS =
      Pattern.compile("[\\n\\x0b\\f\\r\\x1c-\\x1e\\x85\\u2028\\u2029]");

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
   * up to 1e-5 above the true one, since fastText adds that before it takes logarithms.
   *
   * @return nothing where the model knows no word of the text
   */
  OptionalDouble probability(String text, String label) {
    String line = LINE_BREAKS.matcher(text).replaceAll(" ").concat("\n");
    Map<String, Float> probabilities = model.predictLine(line, labels.size());
    Float probability = probabilities.get(label);
    return probability == null ? OptionalDouble.empty() : OptionalDouble.of(probability);
  }
}
