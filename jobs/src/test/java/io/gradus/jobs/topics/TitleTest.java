package io.gradus.jobs.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.FieldPath;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TitleTest {
  @Test
  void theTitleGoesBeforeTheFirstWords() {
    assertThat(title("It was", "{\"page\": {\"title\": \"A  night\\nat sea\"}}", "page.title"))
        .isEqualTo("A night at sea");
  }

  @Test
  void withoutATitleItIsTheFirstWordsOnOneLine() {
    assertThat(title("\n It\twas\u00a0dark.\n\nAnd", "{\"title\": 3}", "title"))
        .isEqualTo("It was dark. And");
    assertThat(title("It was", "{\"title\": \" \"}", "title")).isEqualTo("It was");
    assertThat(title("It was", "[1", "title")).isEqualTo("It was");
    assertThat(Title.of("It was", Optional.empty(), new FieldPath("title"))).isEqualTo("It was");
  }

  @Test
  void itIsCutToEightyCodePoints() {
    assertThat(title("😀".repeat(80), "{}", "title")).isEqualTo("😀".repeat(80));
    assertThat(title("😀".repeat(81), "{}", "title")).isEqualTo("😀".repeat(79) + "…");
  }

  private static String title(String text, String meta, String field) {
    return Title.of(text, Optional.of(meta), new FieldPath(field));
  }
}
