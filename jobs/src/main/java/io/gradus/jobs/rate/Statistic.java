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
  MEAN_WORD_LENGTH,
  /** {@link TextMeasures#stopWordCount}. */
  STOP_WORD_COUNT,
  /** {@link GopherSignals#hashToWordRatio}. */
  HASH_TO_WORD_RATIO,
  /** {@link GopherSignals#ellipsisToWordRatio}. */
  ELLIPSIS_TO_WORD_RATIO,
  /** {@link GopherSignals#bulletLineFraction}. */
  BULLET_LINE_FRACTION,
  /** {@link GopherSignals#ellipsisLineFraction}. */
  ELLIPSIS_LINE_FRACTION,
  /** {@link GopherSignals#alphabeticWordFraction}. */
  ALPHABETIC_WORD_FRACTION,
  /** {@link GopherSignals#duplicateLineFraction}. */
  DUPLICATE_LINE_FRACTION,
  /** {@link GopherSignals#duplicateParagraphFraction}. */
  DUPLICATE_PARAGRAPH_FRACTION,
  /** {@link GopherSignals#duplicateLineCharacterFraction}. */
  DUPLICATE_LINE_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateParagraphCharacterFraction}. */
  DUPLICATE_PARAGRAPH_CHARACTER_FRACTION,
  /** {@link GopherSignals#topNGramCharacterFraction}. */
  TOP_2_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#topNGramCharacterFraction}. */
  TOP_3_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#topNGramCharacterFraction}. */
  TOP_4_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_5_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_6_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_7_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_8_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_9_GRAM_CHARACTER_FRACTION,
  /** {@link GopherSignals#duplicateNGramCharacterFraction}. */
  DUPLICATE_10_GRAM_CHARACTER_FRACTION;

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
      case STOP_WORD_COUNT -> text.stopWordCount();
      case HASH_TO_WORD_RATIO -> text.gopher().hashToWordRatio();
      case ELLIPSIS_TO_WORD_RATIO -> text.gopher().ellipsisToWordRatio();
      case BULLET_LINE_FRACTION -> text.gopher().bulletLineFraction();
      case ELLIPSIS_LINE_FRACTION -> text.gopher().ellipsisLineFraction();
      case ALPHABETIC_WORD_FRACTION -> text.gopher().alphabeticWordFraction();
      case DUPLICATE_LINE_FRACTION -> text.gopher().duplicateLineFraction();
      case DUPLICATE_PARAGRAPH_FRACTION -> text.gopher().duplicateParagraphFraction();
      case DUPLICATE_LINE_CHARACTER_FRACTION -> text.gopher().duplicateLineCharacterFraction();
      case DUPLICATE_PARAGRAPH_CHARACTER_FRACTION ->
          text.gopher().duplicateParagraphCharacterFraction();
      case TOP_2_GRAM_CHARACTER_FRACTION -> text.gopher().topNGramCharacterFraction(2);
      case TOP_3_GRAM_CHARACTER_FRACTION -> text.gopher().topNGramCharacterFraction(3);
      case TOP_4_GRAM_CHARACTER_FRACTION -> text.gopher().topNGramCharacterFraction(4);
      case DUPLICATE_5_GRAM_CHARACTER_FRACTION -> text.gopher().duplicateNGramCharacterFraction(5);
      case DUPLICATE_6_GRAM_CHARACTER_FRACTION -> text.gopher().duplicateNGramCharacterFraction(6);
      case DUPLICATE_7_GRAM_CHARACTER_FRACTION -> text.gopher().duplicateNGramCharacterFraction(7);
      case DUPLICATE_8_GRAM_CHARACTER_FRACTION -> text.gopher().duplicateNGramCharacterFraction(8);
      case DUPLICATE_9_GRAM_CHARACTER_FRACTION -> text.gopher().duplicateNGramCharacterFraction(9);
      case DUPLICATE_10_GRAM_CHARACTER_FRACTION ->
          text.gopher().duplicateNGramCharacterFraction(10);
    };
  }
}
