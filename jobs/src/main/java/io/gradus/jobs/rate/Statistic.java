package io.gradus.jobs.rate;

import java.util.Locale;

/** A measure of a text that needs no model. */
enum Statistic {
  /** {@link TextMeasures#compressionRatio}. */
  COMPRESSION_RATIO,
  /** {@link TextMeasures#lexicalDiversity}. */
  LEXICAL_DIVERSITY,
  /** {@link TextMeasures#readingEase}. */
  READING_EASE,
  /** {@link TextMeasures#meanWordLength}. */
  MEAN_WORD_LENGTH;

  String criterion() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Statistic of(String criterion) {
    return valueOf(criterion.toUpperCase(Locale.ROOT));
  }

  /** The measure, or NaN where the text has too little for it to be defined. */
  double of(TextMeasures text) {
    return switch (this) {
      case COMPRESSION_RATIO -> text.compressionRatio();
      case LEXICAL_DIVERSITY -> text.lexicalDiversity();
      case READING_EASE -> text.readingEase();
      case MEAN_WORD_LENGTH -> text.meanWordLength();
    };
  }
}
