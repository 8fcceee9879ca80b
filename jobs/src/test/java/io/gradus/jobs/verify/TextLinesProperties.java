package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.workspace.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class TextLinesProperties {
  private static final List<ObjectWriter> WRITERS =
      List.of(
          new JsonMapper().writer(),
          JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build().writer());

  @Property(tries = 500)
  void aTextHasTheIdThatItHasAsADocument(@ForAll("texts") List<String> texts) throws IOException {
    for (ObjectWriter writer : WRITERS) {
      StringBuilder lines = new StringBuilder();
      for (String text : texts) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("meta", List.of(Map.of("text", "another"), "text", Map.of("text", text)));
        line.put("id", "text");
        line.put("text", text);
        line.put("source", "a \"source\"");
        line.put("more", Map.of("text", text + "!"));
        lines.append(writer.writeValueAsString(line)).append('\n');
      }

      TextLines read = lines(lines.toString());
      for (String text : texts) {
        assertThat(read.next()).contains(new TextLines.Line("text", "a \"source\"", idOf(text)));
      }
      assertThat(read.next()).isEmpty();
    }
  }

  @Provide
  Arbitrary<List<String>> texts() {
    Arbitrary<String> some =
        Arbitraries.of(
                "a",
                " ",
                "\"",
                "\\",
                "/",
                "\b",
                "\f",
                "\n",
                "\r",
                "\t",
                "\u0000",
                "\u001f",
                "\u007f",
                "\u00e9",
                "\u2028",
                "\ufeff",
                "\uffff",
                "\ud83d\ude00",
                "text",
                "{",
                "]",
                ",",
                ":",
                "\\u00e9")
            .list()
            .ofMaxSize(12)
            .map(pieces -> String.join("", pieces));
    // Some are longer than what is read at once.
    Arbitrary<Integer> times =
        Arbitraries.frequencyOf(
            Tuple.of(9, Arbitraries.just(1)), Tuple.of(1, Arbitraries.just(20_000)));
    return Combinators.combine(some, times).as(String::repeat).list().ofMinSize(1).ofMaxSize(4);
  }

  @Example
  void theLastLineMayLackItsEndAndALineItsText() throws IOException {
    TextLines read =
        lines("{\"id\": \"1\", \"text\": 5}\r\n{\"source\" : \"s\" , \"text\" : \"\"}");

    assertThat(read.next()).contains(new TextLines.Line("1", "", ""));
    assertThat(read.next()).contains(new TextLines.Line("", "s", idOf("")));
    assertThat(read.next()).isEmpty();
  }

  @Example
  void whatIsNoLineOfJsonIsRefused() {
    assertRefused("{\"text\":\"a", "it ends within a string");
    assertRefused("{\"id\":\"a", "it ends within a string");
    assertRefused("{\"text\":\"a\nb\"}", "a text has a control character");
    assertRefused("{\"text\":\"a\\x\"}", "a text has an unknown escape");
    assertRefused("{\"text\":\"a\\u00g0\"}", "a text has an escape without four digits");
    assertRefused("{\"text\":\"a\\ud83d b\"}", "a text has half of a surrogate pair");
    assertRefused("{\"text\":\"a\\ude00\\ud83d\"}", "a text has half of a surrogate pair");
    assertRefused("[\"text\"]", "it is no JSON object");
    assertRefused("\n{}", "it is no JSON object");
    assertRefused("{\"text\":\"a\",\"text\":\"b\"}", "Duplicate field 'text'");
    assertRefused("{\"text\":\"a\"} {}", "Trailing token (of type START_OBJECT) found after value");
    assertRefused("{\"id\":\"a\nb\"}", "Illegal unquoted character ((CTRL-CHAR, code 10))");
  }

  private static void assertRefused(String lines, String message) {
    assertThatThrownBy(() -> lines(lines).next())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(message);
  }

  private static TextLines lines(String lines) {
    return new TextLines(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
  }

  /** Half of the digest. */
  private static String idOf(String text) {
    return Fingerprint.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
  }
}
