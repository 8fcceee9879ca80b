package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.workspace.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LongBytesTest {
  @Property(tries = 100)
  void areThoseThatWereAdded(
      @ForAll @Size(max = 8) List<@IntRange(max = 400_000) Integer> counts,
      @ForAll @IntRange(max = 100) int percent,
      @ForAll long seed)
      throws IOException {
    byte[] all = new byte[counts.stream().mapToInt(Integer::intValue).sum()];
    new Random(seed).nextBytes(all);
    LongBytes bytes = new LongBytes();
    for (int count : counts) {
      bytes.add(all, bytes.length(), count);
    }

    assertAre(bytes, all);
    assertAre(LongBytes.of(all), all);
    int part = (int) ((long) all.length * percent / 100);
    assertAre(LongBytes.read(new ByteArrayInputStream(all), part), Arrays.copyOf(all, part));
    assertThat(bytes.toArray(part, all.length))
        .isEqualTo(Arrays.copyOfRange(all, part, all.length));
    assertThat(bytes.stream(part, all.length).readAllBytes())
        .isEqualTo(Arrays.copyOfRange(all, part, all.length));

    bytes.truncate(part);
    bytes.add(all, part, all.length - part);
    assertAre(bytes, all);
    bytes.dropFirst(part);
    assertAre(bytes, Arrays.copyOfRange(all, part, all.length));
  }

  private static void assertAre(LongBytes bytes, byte[] expected) throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    bytes.writeTo(written);
    assertThat(written.toByteArray()).isEqualTo(expected);
    assertThat(bytes.toArray()).isEqualTo(expected);
    MessageDigest digest = Fingerprint.newSha256();
    bytes.digest(digest);
    assertThat(digest.digest()).isEqualTo(Fingerprint.newSha256().digest(expected));
  }
}
