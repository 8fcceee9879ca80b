package io.gradus.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JavaCommentsTest {

  @Test
  void keepsTheWordsAndDropsTheMarkers() {
    assertThat(
            JavaComments.of(
                """
                /*
                 * Licensed to somebody.
                 */
                package a;

                /**
                 * Adds numbers.
                 *
                 * <p>Slowly, at 2 * 3 a second.
                 */
                class Adder {
                  /* one line */
                  int sum; // of all
                  int count;
                  // first half,
                  // second half
                }
                """))
        .isEqualTo(
            """
            Adds numbers.

            <p>Slowly, at 2 * 3 a second.

            one line

            of all

            first half,
            second half\
            """);
  }

  @Test
  void looksForNoCommentInLiterals() {
    assertThat(
            JavaComments.of(
                """
                class A {
                  String a = "http://example.org \\" // no";
                  char b = '"'; // after a quote
                  char c = '\\''; /* after an escaped quote */
                  String d = ""\"
                    /* "no" */
                    ""\"; // after a text block
                }
                """))
        .isEqualTo(
            """
            after a quote

            after an escaped quote

            after a text block\
            """);
  }

  @Test
  void aFileWithoutCommentsGivesNothing() {
    assertThat(JavaComments.of("/* Licence */\nclass A { int b = 4 / 2 * 3; }")).isEmpty();
  }

  @Test
  void aCommentOfManyLinesIsNoTrouble() {
    String line = "// word\n";
    assertThat(JavaComments.of("class A {}\n" + line.repeat(100_000)))
        .isEqualTo("word\n".repeat(100_000).strip());
  }
}
