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
    spans.add(piece(100, 7, false), 10);
    spans.add(piece(110, 7, true), 5);
    spans.add(piece(115, 8, true), 3);
    spans.close();

    assertThat(found).containsExactly("0-15.", "15-18.");
  }

  @Test
  void aDocumentThatGoesOnElsewhereIsASpanThatDoesNotEnd() throws IOException {
    spans.add(piece(0, 0, true), 4);
    spans.add(piece(4, 1, false), 6);
    spans.close();

    assertThat(found).containsExactly("0-4.", "4-10");
  }

  @Test
  void aGapInTheStreamEndsASpan() throws IOException {
    spans.add(piece(0, 3, false), 4);
    spans.add(piece(8, 3, false), 4);
    spans.add(piece(12, 4, true), 2);
    spans.close();

    assertThat(found).containsExactly("0-4", "4-8", "8-10.");
  }

  @Test
  void paddingIsInNoSpan() throws IOException {
    spans.add(piece(0, 0, false), 4);
    spans.pad(3);
    spans.add(piece(7, 1, true), 2);
    spans.pad(1);
    spans.close();

    assertThat(found).containsExactly("0-4", "7-9.");
  }

  private static Piece piece(long start, long position, boolean ends) {
    return new Piece(0, start, position, 0, false, ends, ends, "", 0, 0.0, new byte[0]);
  }
}
