package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastTextFileTest {
  private final Configuration hadoop = new Configuration();

  @TempDir Path folder;

  private void assertRefused(Path file, String... message) {
    assertThatThrownBy(() -> FastTextFile.find(file.toString(), hadoop))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(message)
        .hasMessageContaining(file.toString());
  }

  private Path write(TinyFastText tiny) throws IOException {
    return tiny.write(folder.resolve("model.bin"));
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.bin"), bytes);
  }

  @Test
  void theDigestIsThatOfTheWholeFile() throws IOException {
    Path file = write(TinyFastText.CLASSIFIER);
    assertThat(FastTextFile.find(file.toString(), hadoop))
        .isEqualTo(new FastTextFile("file:" + file, Fingerprint.sha256(Files.readAllBytes(file))));
  }

  @Test
  void aFileThatIsMissingOrNoClassifierIsRefused() throws IOException {
    assertRefused(folder.resolve("none.bin"), "cannot be read", "Give the path or URI of a .bin");
    assertRefused(write(new byte[7]), "is no fastText classifier: it is too short");
    assertRefused(write(new byte[99]), "no fastText classifier: it does not begin as one. Give a");
    assertRefused(write(TinyFastText.CLASSIFIER.withModel(2)), "it holds word vectors");
    byte[] newer = Files.readAllBytes(write(TinyFastText.CLASSIFIER));
    newer[4] = 13;
    assertRefused(write(newer), "its format has version 13");
  }

  @Test
  void aModelThatWouldBeComputedOtherwiseIsRefused() throws IOException {
    assertRefused(
        write(TinyFastText.CLASSIFIER.withLoss(4)),
        "was trained with -loss ova, but only -loss softmax",
        "name them with kind = column");
    assertRefused(write(TinyFastText.CLASSIFIER.withLoss(1)), "-loss hs, but");
    assertRefused(
        write(TinyFastText.CLASSIFIER.withLongestSubword(4)),
        "uses parts of words (-maxn 4), but only a model of whole words (-maxn 0)");
  }

  @Test
  void aFileCutShortIsDamaged() throws IOException {
    byte[] bytes = Files.readAllBytes(write(TinyFastText.CLASSIFIER));
    for (int length : new int[] {80, 100, 200, bytes.length - 20}) {
      Path file = write(Arrays.copyOf(bytes, length));
      FastTextFile found = FastTextFile.find(file.toString(), hadoop);
      assertThatThrownBy(() -> found.load(hadoop))
          .isInstanceOf(UserMistake.class)
          .hasMessageContaining("is no fastText classifier: it is damaged (");
    }
  }

  @Test
  void aFileThatChangedIsNotUsed() throws IOException {
    Path file = write(TinyFastText.CLASSIFIER);
    FastTextFile found = FastTextFile.find(file.toString(), hadoop);
    write(TinyFastText.CLASSIFIER.withWordNGrams(2));
    assertThatThrownBy(() -> found.load(hadoop))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(file + ": its SHA-256 is ", found.digest() + " is expected");
  }

  @Test
  void aDamagedCopyIsWrittenAnew() throws IOException {
    Path file = write(TinyFastText.CLASSIFIER);
    FastTextFile found = FastTextFile.find(file.toString(), hadoop);
    org.apache.hadoop.fs.Path models =
        new org.apache.hadoop.fs.Path(folder.resolve("models").toString());
    Path copy = Path.of(found.publish(models, hadoop).toUri().getPath());
    assertThat(copy).hasSameBinaryContentAs(file).hasFileName(found.digest() + ".bin");

    Files.delete(copy.resolveSibling("." + copy.getFileName() + ".crc"));
    Files.writeString(copy, "damaged");
    found.publish(models, hadoop);
    assertThat(copy).hasSameBinaryContentAs(file);
  }
}
