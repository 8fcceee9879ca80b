package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.jobs.ingest.IngestConfig.Format;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SplitsTest {
  private static final Input INPUT = new Input("f", Format.JSONL, "s", "", "text", "id", "");

  private static InputFile file(long length, Compression compression) {
    return new InputFile(0, "f", "f", length, 0, Format.JSONL, compression);
  }

  /** What the records that begin in a split are: their places, good or bad. */
  private static List<String> read(byte[] bytes, Split split) throws IOException {
    int from = (int) JsonLines.firstByte(split);
    ByteArrayInputStream in = new ByteArrayInputStream(bytes, from, bytes.length - from);
    List<String> records = new ArrayList<>();
    try (JsonLines lines = new JsonLines(in, split, INPUT, new DocumentRules(40, 100))) {
      for (Optional<Outcome> next = lines.next(); next.isPresent(); next = lines.next()) {
        records.add(
            next.get() instanceof Document document
                ? new String(document.text().toArray(), UTF_8)
                : ((BadRecord) next.get()).reason() + " " + ((BadRecord) next.get()).place());
      }
    }
    return records;
  }

  @Property(tries = 300)
  void everyCutGivesEachLineOnce(
      @ForAll @Size(max = 12) List<@IntRange(max = 60) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 90) int size)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < lengths.size(); i++) {
      int length = lengths.get(i);
      // Blank, bad, good and too long ones.
      lines.append(
          length < 5
              ? " ".repeat(length)
              : length < 10 ? "bad" : "{\"text\":\"" + i + "x".repeat(length) + "\"}");
      if (i < lengths.size() - 1 || length % 2 == 0) {
        lines.append(length % 3 == 0 ? "\r\n" : "\n");
      }
    }
    byte[] bytes = lines.toString().getBytes(UTF_8);
    InputFile file = file(bytes.length, Compression.NONE);
    List<String> whole = read(bytes, new Split(file, 0, bytes.length));
    assertThat(whole).hasSize((int) lengths.stream().filter(length -> length >= 5).count());
    List<String> cut = new ArrayList<>();
    for (Split split : Splits.cut(file, size)) {
      cut.addAll(read(bytes, split));
    }
    assertThat(cut).isEqualTo(whole);
  }

  @Test
  void aSplitInsideALongLineIsNotReadBeyondItsEnd() throws IOException {
    long start = 1 << 20;
    long end = 2 << 20;
    Split split = new Split(file(1L << 40, Compression.NONE), start, end);
    // Of a line of a tebibyte; whoever asks for its end would not come back.
    long[] given = {0};
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("lines are read in blocks");
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            if (given[0] > 2 * (end - start)) {
              throw new AssertionError("read on to the end of the line");
            }
            Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            given[0] += length;
            return length;
          }
        };
    try (JsonLines lines = new JsonLines(endless, split, INPUT, new DocumentRules(40, 100))) {
      assertThat(lines.next()).isEmpty();
    }
  }

  @Test
  void packedFilesAreNeverCut() {
    InputFile packed = file(1 << 30, Compression.GZIP);
    assertThat(Splits.cut(packed, 1 << 20)).containsExactly(new Split(packed, 0, 1 << 30));
  }

  @Test
  void smallFilesShareTasksAndAllAreRead() {
    List<InputFile> files = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      files.add(new InputFile(0, "f" + i, "f" + i, 100, 0, Format.TEXT, Compression.NONE));
    }
    List<List<Split>> tasks = Splits.plan(files, 4);
    assertThat(tasks).hasSizeBetween(4, 20);
    assertThat(tasks.stream().flatMap(List::stream).map(Split::file)).isEqualTo(files);
  }

  @Test
  void bucketsFollowFromTheSizeOfTheText() {
    assertThat(BucketCount.of(0)).isEqualTo(1);
    assertThat(BucketCount.of(64 << 10)).isEqualTo(1);
    assertThat(BucketCount.of((64 << 10) + 1)).isEqualTo(2);
    assertThat(BucketCount.of(1L << 30)).isEqualTo(64);
    assertThat(BucketCount.of((64L << 26) + 1)).isEqualTo(65);
    assertThat(BucketCount.of(1L << 40)).isEqualTo(1 << 14);
  }
}
