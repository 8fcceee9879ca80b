package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a text can be cut so that its parts have, one after the other, the tokens of the whole.
 * Tokenizers cut a text into words before their model sees one; here is the part of that which
 * follows from two neighbouring characters alone.
 */
enum WordBorders {
  /** Before a space that follows something visible: splitters at whitespace drop the space. */
  SPACES {
    @Override
    boolean isBorder(char before, char after) {
      return after == ' '
          && (isVisible(before) || (before >= ASCII && Character.isLetterOrDigit(before)));
    }
  },

  /** Also between ASCII characters where one is punctuation, which BERT's splitter sets apart. */
  SPACES_AND_PUNCTUATION {
    @Override
    boolean isBorder(char before, char after) {
      if (isVisible(before) && after < ASCII) {
        return isLineSpace(after)
            || isPunctuation(after)
            || (isPunctuation(before) && isVisible(after));
      }
      return SPACES.isBorder(before, after);
    }
  },

  /**
   * Also after ASCII letters, and after digits. Byte-level splitters of GPT-2's kind match spaces
   * and punctuation only in front of letters.
   */
  SPACES_AND_ENDS_OF_LETTERS {
    @Override
    boolean isBorder(char before, char after) {
      if (after < ASCII) {
        if (isLetter(before)) {
          return !isLetter(after);
        }
        if (isDigit(before)) {
          return !isDigit(after);
        }
      }
      return SPACES.isBorder(before, after);
    }
  };

  private static final char ASCII = 0x80;

  private static final Set<String> SPLITTERS_AT_SPACES = Set.of("WhitespaceSplit", "Whitespace");

  private static final Set<String> NORMALIZERS =
      Set.of("BertNormalizer", "Lowercase", "StripAccents", "NFC", "NFD", "NFKC", "NFKD");

  /** Those that compose nothing: {@code =} and a mark that follows it may become one character. */
  private static final Set<String> NORMALIZERS_KEEPING_PUNCTUATION =
      Set.of("BertNormalizer", "Lowercase", "StripAccents", "NFD", "NFKD");

  /** Those that never make a space of anything else: byte-level splitters keep spaces. */
  private static final Set<String> NORMALIZERS_KEEPING_SPACES = Set.of("Lowercase", "NFC", "NFD");

  private static final String WORDS_OF_GPT4 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|%s"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /**
   * Patterns of which no alternative goes on from something visible to a space, or from an ASCII
   * letter or digit to an ASCII character of another kind: Llama 3, Qwen.
   */
  private static final Set<String> PATTERNS =
      Set.of(WORDS_OF_GPT4.formatted("\\p{N}{1,3}"), WORDS_OF_GPT4.formatted("\\p{N}"));

  /** Whether a text can be cut between two characters that follow each other. */
  abstract boolean isBorder(char before, char after);

  /**
   * The borders of a {@code tokenizer.json}; nothing where its words may go beyond them, or where
   * that is not known.
   */
  static Optional<WordBorders> of(JsonNode definition) {
    return bySplitter(definition.path("pre_tokenizer"), definition.path("normalizer"))
        .filter(borders -> isRepeatable(definition.path("model")))
        .filter(borders -> namesTextOnce(definition.path("post_processor")))
        .filter(borders -> borders.canFindAddedTokens(definition));
  }

  /** Tokens that go beyond borders: a text in which one is written cannot be cut. */
  List<String> addedTokensBeyond(JsonNode definition) {
    List<String> beyond = new ArrayList<>();
    for (JsonNode token : definition.path("added_tokens")) {
      if (!hasWithin(token)) {
        beyond.add(token.path("content").asText());
      }
    }
    return beyond;
  }

  private static Optional<WordBorders> bySplitter(JsonNode splitter, JsonNode normalizer) {
    String type = splitter.path("type").asText();
    boolean isOfBert = type.equals("BertPreTokenizer");
    if (isOfBert && isOneOf(NORMALIZERS_KEEPING_PUNCTUATION, normalizer)) {
      return Optional.of(SPACES_AND_PUNCTUATION);
    }
    if ((isOfBert || SPLITTERS_AT_SPACES.contains(type)) && isOneOf(NORMALIZERS, normalizer)) {
      return Optional.of(SPACES);
    }
    if (keepsSpaces(splitter) && isOneOf(NORMALIZERS_KEEPING_SPACES, normalizer)) {
      return Optional.of(SPACES_AND_ENDS_OF_LETTERS);
    }
    return Optional.empty();
  }

  private static boolean isOneOf(Set<String> types, JsonNode normalizer) {
    if (normalizer.path("type").asText().equals("Sequence")) {
      for (JsonNode part : normalizer.path("normalizers")) {
        if (!isOneOf(types, part)) {
          return false;
        }
      }
      return true;
    }
    return normalizer.isMissingNode()
        || normalizer.isNull()
        || types.contains(normalizer.path("type").asText());
  }

  private static boolean keepsSpaces(JsonNode splitter) {
    if (!splitter.path("type").asText().equals("Sequence")) {
      return isKeepingSpaces(splitter) && isCuttingAtSpaces(splitter);
    }
    boolean cut = false;
    for (JsonNode part : splitter.path("pretokenizers")) {
      // For whatever comes after a byte-level part, a space is a letter.
      boolean hidesSpaces = part.path("type").asText().equals("ByteLevel") && !cut;
      if (!isKeepingSpaces(part) || (hidesSpaces && !isCuttingAtSpaces(part))) {
        return false;
      }
      cut |= isCuttingAtSpaces(part);
    }
    return cut;
  }

  /** Whether it only cuts, and where each side of a border would be cut too. */
  private static boolean isKeepingSpaces(JsonNode splitter) {
    return switch (splitter.path("type").asText()) {
      case "Digits" -> true;
      case "ByteLevel" -> !splitter.path("add_prefix_space").asBoolean(true);
      case "Split" -> isCuttingAtSpaces(splitter);
      default -> false;
    };
  }

  private static boolean isCuttingAtSpaces(JsonNode splitter) {
    return switch (splitter.path("type").asText()) {
      case "ByteLevel" -> splitter.path("use_regex").asBoolean(true);
      case "Split" ->
          PATTERNS.contains(splitter.path("pattern").path("Regex").asText())
              && splitter.path("behavior").asText().equals("Isolated")
              && !splitter.path("invert").asBoolean();
      default -> false;
    };
  }

  /** Whether a word's tokens are always the same. */
  private static boolean isRepeatable(JsonNode model) {
    return model.path("dropout").asDouble() == 0;
  }

  /** Whether the text's tokens come once: a template may name them twice. */
  private static boolean namesTextOnce(JsonNode postProcessor) {
    for (JsonNode template : postProcessor.findValues("single")) {
      if (template.findValues("Sequence").size() > 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether added tokens lie between borders, or are looked for in the text as it is. */
  private boolean canFindAddedTokens(JsonNode definition) {
    boolean normalizes = !definition.path("normalizer").isEmpty();
    for (JsonNode token : definition.path("added_tokens")) {
      if (normalizes
          && token.path("normalized").asBoolean(true)
          && !(hasWithin(token) && isNormal(token.path("content").asText()))) {
        return false;
      }
    }
    return true;
  }

  /** Whether no normalizer makes anything of a token that has borders which its text had not. */
  private boolean isNormal(String content) {
    boolean keepsSpaces = this == SPACES_AND_ENDS_OF_LETTERS;
    return content.chars().allMatch(each -> isVisible((char) each) || (each == ' ' && keepsSpaces));
  }

  private boolean hasWithin(JsonNode addedToken) {
    return !addedToken.path("lstrip").asBoolean()
        && !addedToken.path("rstrip").asBoolean()
        && !addedToken.path("single_word").asBoolean()
        && !hasBorder(addedToken.path("content").asText());
  }

  private boolean hasBorder(String text) {
    for (int i = 1; i < text.length(); i++) {
      if (isBorder(text.charAt(i - 1), text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isVisible(char character) {
    return character > ' ' && character < 0x7f;
  }

  private static boolean isLineSpace(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
  }

  private static boolean isPunctuation(char ascii) {
    return isVisible(ascii) && !isLetter(ascii) && !isDigit(ascii);
  }

  private static boolean isLetter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }
}
