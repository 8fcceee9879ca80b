package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.SmallHeap;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A document of ten million words, 52 MiB of text and 46 MiB of tokens, is read in a heap in which
 * small documents alone just are, and about as much more as it has bytes.
 */
class LongDocumentIngestTest {
  private static final int LONG_WORDS = 10_000_000;
  private static final int SMALL_WORDS = 5_000;
  private static final int SMALL_DOCUMENTS = 200;

  private static final int HEAP_MIB = 185;

  /** Most are one token with the space before them, and some are beyond ASCII or escaped. */
  private static final String[] WORDS = {
    "the",
    "of",
    "and",
    "water",
    "people",
    "time",
    "house",
    "first",
    "under",
    "number",
    "word",
    "part",
    "place",
    "year",
    "caf\u00e9",
    "\u201cso\u201d",
    "line\\n",
    "\\u0394t",
    "back",
    "give"
  };

  @TempDir Path folder;

  @Test
  void aDocumentOfTenMillionTokensCostsAboutItself() throws Exception {
    write(folder, SMALL_DOCUMENTS, LONG_WORDS);

    assertThat(
            SmallHeap.run(
                HEAP_MIB, folder.resolve("output.txt"), InOneHeap.class, folder.toString()))
        .isZero();
  }

  private static void write(Path folder, int small, int longWords) throws IOException {
    Random random = new Random(3);
    try (Writer lines = Files.newBufferedWriter(folder.resolve("texts.jsonl"), UTF_8)) {
      for (int i = 0; i < small; i++) {
        if (i == small / 2) {
          write(lines, longWords, random);
        }
        write(lines, SMALL_WORDS, random);
      }
    }
  }

  private static void write(Writer lines, int words, Random random) throws IOException {
    lines.write("{\"id\": " + random.nextInt() + ", \"text\": \"a");
    for (int i = 0; i < words; i++) {
      lines.write(' ');
      lines.write(WORDS[random.nextInt(WORDS.length)]);
    }
    lines.write("\", \"year\": 1999}\n");
  }

  /** What the other JVM does. */
  static final class InOneHeap {
    private InOneHeap() {}

    /** Reads the texts of a folder; any failure ends it with another code than 0. */
    public static void main(String[] arguments) {
      IngestResult result =
          new IngestRun(Path.of(arguments[0]))
              .run("inputs = [{ path = \"$/texts.jsonl\" }], tokenizer = cl100k");
      System.out.println(result);
      System.exit(0);
    }
  }
}
