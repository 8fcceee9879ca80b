package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.jobs.ingest.IngestConfig.Format;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A long line gives what it would give if it were parsed as a whole. */
class LongJsonProperties {
  private static final Place PLACE = Place.atByte("f", 0);
  private static final DocumentRules RULES = new DocumentRules(1 << 22, 100);
  private static final String LONG = "long ".repeat(220_000);

  /** What JSON allows in a string or does not, in bytes: those from 0x80 on are parts of UTF-8. */
  @Provide
  Arbitrary<List<String>> pieces() {
    Arbitrary<String> allowed =
        Arbitraries.of(
            "a",
            " ",
            "\u00c3\u00a9",
            "\u00f0\u009f\u0098\u0080",
            "\\n",
            "\\\"",
            "\\\\",
            "\\/",
            "\\t\\b\\f\\r",
            "\\u00e9",
            "\\u0000",
            "\\ud83d\\ude00",
            "\\uD83D\\uDE00",
            "\\uFEFF");
    Arbitrary<String> refused =
        Arbitraries.of(
            "\\ud83d",
            "\\ude00",
            "\\ud83d\\n",
            "\\ud83dx",
            "\\u12",
            "\\x",
            "\n",
            "\u00ff",
            "\u00ed\u00a0\u0080",
            "\"",
            "\\",
            "\", \"b\": \"");
    return Arbitraries.frequencyOf(Tuple.of(20, allowed), Tuple.of(1, refused))
        .list()
        .ofMaxSize(12);
  }

  @Property(tries = 150)
  void anyStringIsReadAsInAShortLine(@ForAll("pieces") List<String> pieces) {
    String string = String.join("", pieces);
    assertIsReadAsAWhole(
        "{\"id\": 7, \"text\": \"" + string + LONG + string + "\", \"b\": [1.50]}");
  }

  @Example
  void otherPlacesOfALongString() {
    String string = "\"" + LONG + "\"";
    assertIsReadAsAWhole("{\"text\": \"a\", \"b\": " + string + "}");
    assertIsReadAsAWhole("{\"text\": " + string + ", \"b\": " + string + "}");
    assertIsReadAsAWhole("{\"text\": " + string + ", \"text\": \"a\"}");
    assertIsReadAsAWhole("{\"text\": \"a\", \"text\": " + string + "}");
    assertIsReadAsAWhole("{" + string + ": 1, \"text\": \"a\"}");
    assertIsReadAsAWhole("{\"id\": " + string + ", \"text\": \"a\"}");
    assertIsReadAsAWhole("{\"text\": [" + string + "]}");
    assertIsReadAsAWhole("[" + string + "]");
    assertIsReadAsAWhole("{\"text\": " + string + "} {}");
    assertIsReadAsAWhole("{\"text\": " + string);
    assertIsReadAsAWhole("{\"id\": \"\\ud83d\", \"text\": " + string + "}");
    assertIsReadAsAWhole("{\"text\": \"" + " ".repeat(LONG.length()) + "\\n\\u3000\"}");
    assertIsReadAsAWhole("{\"text\": \"" + LONG.repeat(4) + "\"}");
    assertIsReadAsAWhole("{\"text\": \"" + LONG + "\\");
  }

  private static void assertIsReadAsAWhole(String bytes) {
    byte[] line = bytes.getBytes(ISO_8859_1);
    Input input = new Input("f", Format.JSONL, "s", "", "text", "id", "");
    Outcome outcome = new JsonRecords(input, RULES).read(LongBytes.of(line), PLACE);

    Document expected;
    try {
      expected = readAsAWhole(line);
    } catch (Rejected e) {
      assertThat(outcome)
          .isEqualTo(
              new BadRecord(
                  "s", e.reason(), PLACE, e.getMessage(), Excerpt.of(LongBytes.of(line))));
      return;
    }
    assertThat(outcome).isInstanceOf(Document.class);
    Document document = (Document) outcome;
    assertThat(document.text().toArray()).isEqualTo(expected.text().toArray());
    assertThat(document.docId()).isEqualTo(expected.docId());
    assertThat(document.bytes()).isEqualTo(expected.bytes());
    assertThat(document.externalId()).isEqualTo(expected.externalId());
    assertThat(document.meta()).isEqualTo(expected.meta());
  }

  private static Document readAsAWhole(byte[] line) throws Rejected {
    ObjectNode object = ExactJson.readObject(StrictUtf8.decode(line));
    String text = object.path("text").textValue();
    if (text == null && object.has("text")) {
      throw new Rejected(
          Reason.TEXT_NOT_A_STRING,
          "the text field holds " + object.get("text").getNodeType() + ", not text");
    }
    String id = object.has("id") ? object.get("id").asText() : null;
    object.remove(List.of("text", "id"));
    return RULES.document("s", id, text, null, ExactJson.write(object));
  }

  @Example
  void theLinesOfThisTestAreLong() {
    assertThat(LongBytes.of(LONG.getBytes(UTF_8)).areMany()).isTrue();
  }
}
