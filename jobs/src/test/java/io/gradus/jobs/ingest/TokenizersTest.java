package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {
  private static final String WORDS =
      """
      {"version": "1.0",
       "truncation": {"max_length": 2, "strategy": "LongestFirst", "stride": 0,
                      "direction": "Right"},
       "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null,
                   "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"},
       "added_tokens": [
         {"id": 7, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "normalizer": null,
       "pre_tokenizer": {"type": "Whitespace"},
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"</s>": {"id": "</s>", "ids": [7], "tokens": ["</s>"]}}},
       "decoder": null,
       "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "hello": 1, "world": 2},
                 "unk_token": "[UNK]"}}
      """;

  @TempDir Path folder;

  private TokenizerDefinition load(String tokenizer, String endOfText) {
    return Tokenizers.load(
        new Configuration(),
        new IngestConfig(List.of(), tokenizer, endOfText, 0.01, 0, 1 << 20, 0));
  }

  private String words() throws IOException {
    return Files.writeString(folder.resolve("tokenizer.json"), WORDS).toString();
  }

  @Test
  void builtInTokenizersGiveTheKnownTokens() {
    assertThat(load("gpt2", "").open().encode("hello world")).containsExactly(31373, 995);
    assertThat(load("cl100k", "").open().encode("hello world")).containsExactly(15339, 1917);
    assertThat(load("o200k", "").open().encode("hello world")).containsExactly(24912, 2375);
  }

  @Test
  void builtInTokenizersKnowTheirEndOfTextAndVocabulary() {
    assertThat(load("gpt2", "").endOfText()).isEqualTo(50256);
    assertThat(load("gpt2", "").vocabularySize()).isEqualTo(50257);
    assertThat(load("cl100k", "").endOfText()).isEqualTo(100257);
    assertThat(load("cl100k", "").vocabularySize()).isEqualTo(100277);
    assertThat(load("o200k", "").endOfText()).isEqualTo(199999);
    assertThat(load("o200k", "").vocabularySize()).isEqualTo(200019);
  }

  @Test
  void namesOfSpecialTokensInTextAreText() {
    assertThat(load("gpt2", "").open().encode("<|endoftext|>"))
        .containsExactly(27, 91, 437, 1659, 5239, 91, 29);
  }

  @Test
  void digestsTellTokenizersApart() throws IOException {
    assertThat(load("gpt2", "").digest()).hasSize(64).isNotEqualTo(load("cl100k", "").digest());
    assertThat(load(words(), "").digest()).hasSize(64);
  }

  @Test
  void aTokenizerJsonAddsNothingAndCutsNothing() throws IOException {
    TokenizerDefinition words = load(words(), "");
    assertThat(words.open().encode("hello world hello there")).containsExactly(1, 2, 1, 0);
    assertThat(words.vocabularySize()).isEqualTo(8);
    assertThat(words.endOfText()).isEqualTo(7);
  }

  @Test
  void aTokenizerJsonReadsNamesOfSpecialTokensAsText() throws IOException {
    assertThat(load(words(), "").open().encode("hello </s> hello")).doesNotContain(7);
  }

  @Test
  void aFolderStandsForItsTokenizerJson() throws IOException {
    words();
    assertThat(load(folder.toString(), "").vocabularySize()).isEqualTo(8);
  }

  @Test
  void theEndOfTextOfATokenizerJsonCanBeNamed() throws IOException {
    assertThat(load(words(), "world").endOfText()).isEqualTo(2);
    assertThatThrownBy(() -> load(words(), "word"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "ingest.end-of-text: '"
                + folder
                + "/tokenizer.json' has no token 'word'; did you mean 'world'?");
  }

  @Test
  void aTokenizerJsonWithoutAKnownEndOfTextAsksForIt() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, WORDS.replace("</s>", "<stop>"));
    assertThatThrownBy(() -> load(file.toString(), ""))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "ingest.end-of-text: '"
                + file
                + "' has none of <|endoftext|>, <|end_of_text|>, </s>, <eos>, [SEP]. Set"
                + " ingest.end-of-text to its token that ends a document.");
  }

  @Test
  void aMissingTokenizerJsonIsNamed() {
    assertThatThrownBy(() -> load(folder + "/none.json", ""))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "ingest.tokenizer: there is no file '"
                + folder
                + "/none.json'. Give gpt2, cl100k, o200k, or the path of a tokenizer.json.");
  }

  @Test
  void aFileThatIsNoTokenizerIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("t.json"), "{\"a\": 1}");
    assertThatThrownBy(() -> load(file.toString(), ""))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "ingest.tokenizer: '"
                + file
                + "' is not a usable tokenizer.json: it has no \"model\".");
    Files.writeString(file, WORDS.replace("WordLevel", "NoSuchModel"));
    assertThatThrownBy(() -> load(file.toString(), ""))
        .isInstanceOf(UserMistake.class)
        .hasMessageStartingWith(
            "ingest.tokenizer: '" + file + "' is not a usable tokenizer.json: it does not load");
  }
}
