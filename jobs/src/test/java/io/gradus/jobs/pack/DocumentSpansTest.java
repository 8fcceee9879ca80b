package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentSpansTest {
  private final List<String> found = new ArrayList<>();
  private final DocumentSpans spans =
      new DocumentSpans((begin, end, ends) -> found.add(begin + "-" + end + (ends ? "." : "")));

  @Test
  void piecesOfOneDocumentAreOneSpan() throws IOException {
    spans.add(piece(7, 10, ""));
    spans.add(piece(7, 5, "."));
    spans.add(piece(8, 3, "."));
    spans.close();

    assertThat(found).containsExactly("0-15.", "15-18.");
  }

  @Test
  void aDocumentThatGoesOnElsewhereIsASpanThatDoesNotEnd() throws IOException {
    spans.add(piece(0, 4, "."));
    spans.add(piece(1, 6, ""));
    spans.close();

    assertThat(found).containsExactly("0-4.", "4-10");
  }

  @Test
  void partsOfADocumentThatWasCutAreSpansOfTheirOwn() throws IOException {
    spans.add(piece(3, 4, "cut"));
    spans.add(piece(3, 4, "cut"));
    spans.add(piece(4, 2, "."));
    spans.close();

    assertThat(found).containsExactly("0-4", "4-8", "8-10.");
  }

  @Test
  void paddingIsInNoSpan() throws IOException {
    spans.add(piece(0, 4, "cut"));
    spans.pad(3);
    spans.add(piece(1, 2, "."));
    spans.pad(1);
    spans.close();

    assertThat(found).containsExactly("0-4", "7-9.");
  }

  /** A piece that goes on, that ends with its document, or that something else follows. */
  private static Piece piece(long position, long tokens, String end) {
    return new Piece(
        0, 0, position, tokens, false, end.equals("."), !end.isEmpty(), "", 0, 0.0, new byte[0]);
  }
}
