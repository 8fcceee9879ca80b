package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.TokenBytes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.parquet.io.api.Binary;

class TextTokensTest {
  private static final List<Tokenizer> BUILT_IN =
      Arrays.stream(BuiltInTokenizer.values()).map(TokenizerDefinition::open).toList();

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "a",
            "B",
            "t",
            "s",
            "'",
            "1",
            "23",
            " ",
            " ",
            "  ",
            "\n",
            "\r\n",
            "\t",
            ".",
            "/",
            "-",
            "\u00e9",
            "\u0301",
            "\u00a0",
            "\u3000",
            "\u4e2d",
            "\ud83d\ude00",
            "<|endoftext|>")
        .list()
        .ofMaxSize(30)
        .map(pieces -> String.join("", pieces));
  }

  @Property(tries = 500)
  void builtInTokenizersCanBeCutBeforeSpaces(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : BUILT_IN) {
      assertThat(tokenizer.isCutAtSpaces()).isTrue();
      IntStream tokens = IntStream.empty();
      int begin = 0;
      for (int i = 1; i < text.length(); i++) {
        char before = text.charAt(i - 1);
        if (text.charAt(i) == ' ' && before > ' ' && before < 0x7f) {
          tokens =
              IntStream.concat(tokens, Arrays.stream(tokenizer.encode(text.substring(begin, i))));
          begin = i;
        }
      }
      tokens = IntStream.concat(tokens, Arrays.stream(tokenizer.encode(text.substring(begin))));
      assertThat(tokens.toArray()).isEqualTo(tokenizer.encode(text));
    }
  }

  @Example
  void wordsThatAreRememberedEndBeforeSpaces() {
    for (WordBorders borders : WordBorders.values()) {
      for (char visible = '!'; visible <= '~'; visible++) {
        assertThat(borders.isBorder(visible, ' ')).isTrue();
      }
    }
  }

  @Example
  void aLongTextHasTheTokensOfItsWhole() {
    String unbroken = "\u00e9".repeat(300_000);
    String text = "One two. ".repeat(50_000) + unbroken + " end".repeat(90_000);
    Tokenizer characters =
        new Tokenizer() {
          @Override
          public int[] encode(String part) {
            return part.codePoints().toArray();
          }

          @Override
          public boolean isCutAtSpaces() {
            return true;
          }
        };
    for (Tokenizer tokenizer :
        List.of(characters, BUILT_IN.get(0), part -> part.codePoints().toArray())) {
      TextTokens tokens = new TextTokens(tokenizer, 4);
      assertThat(tokens.encode(Binary.fromConstantByteArray(text.getBytes(UTF_8))))
          .isEqualTo(Binary.fromConstantByteArray(TokenBytes.encode(tokenizer.encode(text), 4)));
    }
  }
}
