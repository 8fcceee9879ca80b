package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.tokenizer.NativeTokenizers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RememberedWordsProperties {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String BYTE_LEVEL =
      "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': true, 'use_regex': %s}";
  private static final String SPLIT =
      "{'type': 'Sequence', 'pretokenizers': [{'type': 'Split', 'behavior': 'Isolated', 'invert':"
          + " false, 'pattern': {'Regex': \"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}"
          + "\\\\p{N}]?\\\\p{L}+|%s| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+"
          + "|\\\\s+(?!\\\\S)|\\\\s+\"}}, %s]}";
  private static final String BERT =
      "{'type': 'BertNormalizer', 'clean_text': true, 'handle_chinese_chars': true,"
          + " 'strip_accents': null, 'lowercase': %s}";

  /** What might behave in its own way at a border: of every kind of character, a few. */
  private static final List<String> ALPHABET =
      List.of(
          "a",
          "b",
          "S",
          "t",
          "1",
          "2",
          " ",
          " ",
          " ",
          "\n",
          "\r",
          "\t",
          "'",
          ".",
          ",",
          "-",
          "_",
          "<",
          "=",
          "\0",
          "\u007f",
          "\u00a0",
          "\u00ad",
          "\u00e9",
          "\u00c5",
          "\u0130",
          "\u017f",
          "\u0301",
          "\u0338",
          "\u03a3",
          "\u03c3",
          "\u037a",
          "\u0430",
          "\u0663",
          "\u180e",
          "\u200b",
          "\u200d",
          "\u2028",
          "\u2126",
          "\u3000",
          "\u4e2d",
          "\uac00",
          "\ufc5e",
          "\ufe0f",
          "\ufffd",
          "\ud83d\ude00",
          "\ud835\udc00");

  /** Every two bytes that follow each other in a word become one token, so that cuts show. */
  private static final Tokens GPT2 = Tokens.bytePairs(BYTE_LEVEL.formatted(true), "null");

  private static final Tokens GPT2_DIGITS =
      Tokens.bytePairs(
          "{'type': 'Sequence', 'pretokenizers': [{'type': 'Digits', 'individual_digits': true}, "
              + BYTE_LEVEL.formatted(true)
              + "]}",
          "{'type': 'Lowercase'}");
  private static final Tokens LLAMA =
      Tokens.bytePairs(
          SPLIT.formatted("\\\\p{N}{1,3}", BYTE_LEVEL.formatted(false)), "null", "<=", "b a");
  private static final Tokens QWEN =
      Tokens.bytePairs(SPLIT.formatted("\\\\p{N}", BYTE_LEVEL.formatted(false)), "{'type': 'NFC'}");
  private static final Tokens UNCASED =
      Tokens.wordPieces("{'type': 'BertPreTokenizer'}", BERT.formatted(true));
  private static final Tokens CASED =
      Tokens.wordPieces("{'type': 'BertPreTokenizer'}", BERT.formatted(false));
  private static final Tokens COMPOSED =
      Tokens.wordPieces("{'type': 'BertPreTokenizer'}", "{'type': 'NFC'}");
  private static final Tokens WORDS =
      Tokens.wordPieces(
          "{'type': 'Whitespace'}",
          "{'type': 'Sequence', 'normalizers': [{'type': 'NFKD'}, {'type': 'StripAccents'}]}");
  private static final Tokens BETWEEN_SPACES =
      Tokens.wordPieces("{'type': 'WhitespaceSplit'}", "{'type': 'NFKC'}");

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(ALPHABET)
        .list()
        .ofMaxSize(40)
        .map(characters -> String.join("", characters));
  }

  @Property(tries = 2000)
  void wordsOneByOneHaveTheTokensOfTheText(@ForAll("texts") String text) {
    for (Tokens each :
        List.of(GPT2, GPT2_DIGITS, LLAMA, QWEN, UNCASED, CASED, COMPOSED, WORDS, BETWEEN_SPACES)) {
      int[] whole = each.whole.encode(text);
      if (each.uncut.stream().noneMatch(text::contains)) {
        assertThat(each.byWords(text)).containsExactly(whole);
      }
      // The second time from what is remembered.
      assertThat(each.remembered.encode(text)).containsExactly(whole);
      assertThat(each.remembered.encode(text)).containsExactly(whole);
    }
  }

  @Test
  void moreWordsThanAreRememberedKeepTheirTokens() {
    int[] asked = new int[1];
    Tokenizer remembered = new RememberedWords(counted(asked), WordBorders.SPACES, List.of());
    int words = 400_000;
    for (int time = 1; time <= 2; time++) {
      // Texts so short that each of their words is looked up.
      for (int first = 0; first < words; first += 20) {
        String text =
            IntStream.range(first, first + 20)
                .mapToObj(word -> Integer.toString(word, 36))
                .collect(Collectors.joining(" "));
        assertThat(remembered.encode(text)).isEqualTo(text.chars().toArray());
      }
    }
    // The first ones had to make room, so that they were asked for again.
    assertThat(asked[0]).isGreaterThan(words + words / 2);
  }

  /** A token for each character. */
  private static Tokenizer counted(int[] asked) {
    return text -> {
      asked[0]++;
      return text.chars().toArray();
    };
  }

  @Test
  void wordsOfALongTextAreAskedForOnce() {
    int[] asked = new int[1];
    Tokenizer counted =
        text -> {
          asked[0]++;
          return new int[] {text.length()};
        };
    Tokenizer remembered = new RememberedWords(counted, WordBorders.SPACES, List.of());
    assertThat(remembered.isCutAtSpaces()).isTrue();
    assertThat(remembered.encode("to be or not to be, to be or not to be,"))
        .containsExactly(2, 3, 3, 4, 3, 4, 3, 3, 3, 4, 3, 4);
    assertThat(asked[0]).isEqualTo(6);
  }

  @Test
  void aTextOfUnknownWordsIsAskedForAsAWholeSoon() {
    int[] asked = new int[1];
    String text =
        IntStream.range(0, 10_000).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    Tokenizer remembered = new RememberedWords(counted(asked), WordBorders.SPACES, List.of());
    assertThat(remembered.encode(text)).isEqualTo(text.chars().toArray());
    assertThat(asked[0]).isLessThan(60);
  }

  @Test
  void bordersAreKnownWhereNothingCanGoBeyondThem() throws IOException {
    assertThat(UNCASED.changed("{", "{")).contains(WordBorders.SPACES_AND_PUNCTUATION);
    assertThat(BETWEEN_SPACES.changed("{", "{")).contains(WordBorders.SPACES);
    assertThat(QWEN.changed("{", "{")).contains(WordBorders.SPACES_AND_ENDS_OF_LETTERS);
    assertThat(GPT2.changed("\"use_regex\":true", "\"use_regex\":false")).isEmpty();
    assertThat(GPT2.changed("\"add_prefix_space\":false", "\"add_prefix_space\":true")).isEmpty();
    assertThat(GPT2.changed("\"dropout\":null", "\"dropout\":0.1")).isEmpty();
    assertThat(QWEN.changed("(?!\\\\S)", "")).isEmpty();
    assertThat(QWEN.changed("Isolated", "MergedWithNext")).isEmpty();
    assertThat(QWEN.changed("\"NFC\"", "\"NFKC\"")).isEmpty();
    assertThat(UNCASED.changed("BertNormalizer", "Replace")).isEmpty();
    assertThat(UNCASED.changed("BertPreTokenizer", "Metaspace")).isEmpty();
  }

  @Test
  void addedTokensMayLieBetweenBordersOrBeWrittenInTextsThatAreNotCut() throws IOException {
    assertThat(QWEN.withAdded("<tool>", true)).isEmpty();
    assertThat(QWEN.withAdded("<<", true)).isPresent();
    assertThat(QWEN.withAdded("   ", true)).isPresent();
    assertThat(QWEN.withAdded("<tool>", false)).isPresent();
    assertThat(GPT2.withAdded("<tool>", true)).isPresent();
    JsonNode tokens =
        MAPPER.readTree(
            """
            {"added_tokens": [{"content": "<tool>"}, {"content": "<<"},
                              {"content": ">>", "rstrip": true}]}
            """);
    assertThat(WordBorders.SPACES_AND_ENDS_OF_LETTERS.addedTokensBeyond(tokens))
        .containsExactly("<tool>", ">>");
    Tokenizer lengths = text -> new int[] {text.length()};
    Tokenizer remembered =
        new RememberedWords(lengths, WordBorders.SPACES_AND_ENDS_OF_LETTERS, List.of("<tool>"));
    assertThat(remembered.isCutAtSpaces()).isFalse();
    assertThat(remembered.encode("to use <tool> now")).containsExactly(17);
    assertThat(remembered.encode("to use tools")).containsExactly(2, 4, 6);
  }

  @Test
  void aCharacterIsNotCutFromAMarkThatIsComposedWithIt() {
    String text = "a=\u0338";
    assertThat(COMPOSED.byWords(text)).containsExactly(COMPOSED.whole.encode(text));
    assertThat(COMPOSED.borders).isEqualTo(WordBorders.SPACES);
  }

  @Test
  void addedTokensThatANormalizerMakesOfOtherCharactersLeaveNoBorders() throws IOException {
    for (String content : List.of("New\u00a0York", "a\\tb", " b", "a\u2260")) {
      assertThat(UNCASED.withAdded(content, true)).as(content).isEmpty();
      assertThat(BETWEEN_SPACES.withAdded(content, true)).as(content).isEmpty();
    }
    assertThat(QWEN.withAdded("a\u2260", true)).isEmpty();
    assertThat(QWEN.withAdded("\u212a-", true)).isEmpty();
    assertThat(UNCASED.withAdded("ab", true)).isPresent();
  }

  @Test
  void spacesThatAreBytesAlreadyLeaveNoBorders() throws IOException {
    String bytes = MAPPER.readTree(Tokens.doubleQuoted(BYTE_LEVEL.formatted(false))).toString();
    String first = "\"pretokenizers\":[";
    assertThat(QWEN.changed(first, first + bytes + ",")).isEmpty();
    assertThat(GPT2_DIGITS.changed(first, first + bytes + ",")).isEmpty();
  }

  @Test
  void aTemplateThatNamesTheTextTwiceLeavesNoBorders() throws IOException {
    String text = "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}";
    String template =
        "\"version\":\"1.0\",\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[%s]}";
    String version = "\"version\":\"1.0\"";
    assertThat(UNCASED.changed(version, template.formatted(text))).isPresent();
    assertThat(UNCASED.changed(version, template.formatted(text + "," + text))).isEmpty();
  }

  /** A tokenizer as the library has it, and with memory. */
  private static final class Tokens {
    private final String definition;
    private final WordBorders borders;
    private final List<String> uncut;
    private final Tokenizer whole;
    private final Tokenizer remembered;

    private Tokens(ObjectNode model, String splitter, String normalizer, String... added) {
      try {
        ObjectNode json = MAPPER.createObjectNode().put("version", "1.0");
        ArrayNode addedTokens = json.putArray("added_tokens");
        for (String content : added) {
          addedTokens
              .addObject()
              .put("id", 100_000 + addedTokens.size())
              .put("content", content)
              .put("single_word", false)
              .put("lstrip", false)
              .put("rstrip", false)
              .put("normalized", false)
              .put("special", false);
        }
        json.set("normalizer", MAPPER.readTree(doubleQuoted(normalizer)));
        json.set("pre_tokenizer", MAPPER.readTree(doubleQuoted(splitter)));
        json.set("model", model);
        definition = json.toString();
        borders = WordBorders.of(json).orElseThrow();
        NativeTokenizers.prepare();
        HuggingFaceTokenizer library =
            HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(MAPPER.writeValueAsBytes(json)),
                Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        whole =
            text ->
                Arrays.stream(NativeTokenizers.ids(library, text))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        uncut = borders.addedTokensBeyond(json);
        remembered = new RememberedWords(whole, borders, uncut);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Quotes around names are single in this file, but for those of a pattern. */
    private static String doubleQuoted(String json) {
      int pattern = json.indexOf('"');
      if (pattern < 0) {
        return json.replace('\'', '"');
      }
      int end = json.lastIndexOf('"');
      return json.substring(0, pattern).replace('\'', '"')
          + json.substring(pattern, end)
          + json.substring(end).replace('\'', '"');
    }

    static Tokens bytePairs(String splitter, String normalizer, String... added) {
      ObjectNode model = MAPPER.createObjectNode().put("type", "BPE").putNull("dropout");
      ObjectNode vocab = model.putObject("vocab");
      List<String> bytes = byteCharacters();
      bytes.forEach(each -> vocab.put(each, vocab.size()));
      ArrayNode merges = model.putArray("merges");
      for (String one : bytes) {
        for (String other : bytes) {
          merges.addArray().add(one).add(other);
          vocab.put(one + other, vocab.size());
        }
      }
      return new Tokens(model, splitter, normalizer, added);
    }

    /** The characters that stand for bytes in byte-level vocabularies. */
    private static List<String> byteCharacters() {
      int[] next = {256};
      return IntStream.range(0, 256)
          .map(
              each ->
                  (each > ' ' && each < 0x7f) || (each > 0xa0 && each != 0xad) ? each : next[0]++)
          .mapToObj(Character::toString)
          .toList();
    }

    static Tokens wordPieces(String splitter, String normalizer) {
      ObjectNode model =
          MAPPER
              .createObjectNode()
              .put("type", "WordPiece")
              .put("unk_token", "[UNK]")
              .put("continuing_subword_prefix", "##")
              .put("max_input_chars_per_word", 100);
      ObjectNode vocab = model.putObject("vocab").put("[UNK]", 0);
      for (String each : ALPHABET) {
        for (String spelt :
            List.of(
                each,
                each.toLowerCase(Locale.ROOT),
                Normalizer.normalize(each, Normalizer.Form.NFKD))) {
          if (!vocab.has(spelt)) {
            vocab.put(spelt, vocab.size());
            vocab.put("##" + spelt, vocab.size());
          }
        }
      }
      return new Tokens(model, splitter, normalizer);
    }

    Optional<WordBorders> changed(String part, String replacement) throws IOException {
      assertThat(definition).contains(part);
      return WordBorders.of(MAPPER.readTree(definition.replace(part, replacement)));
    }

    Optional<WordBorders> withAdded(String content, boolean normalized) throws IOException {
      String token = "\"added_tokens\":[{\"content\":\"%s\",\"normalized\":%s}]";
      return changed("\"added_tokens\":[]", token.formatted(content, normalized));
    }

    /** As remembered words are put together, without a limit on their length or number. */
    int[] byWords(String text) {
      IntStream.Builder tokens = IntStream.builder();
      int begin = 0;
      for (int end = 1; end <= text.length(); end++) {
        if (end == text.length() || borders.isBorder(text.charAt(end - 1), text.charAt(end))) {
          Arrays.stream(whole.encode(text.substring(begin, end))).forEach(tokens);
          begin = end;
        }
      }
      return tokens.build().toArray();
    }
  }
}
