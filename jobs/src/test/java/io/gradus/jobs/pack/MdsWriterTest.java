package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TokenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MdsWriterTest {
  private static final String CONFIGURATION =
      "{\"column_encodings\": [\"ndarray:uint16:3\"], \"column_names\": [\"tokens\"],"
          + " \"column_sizes\": [6], \"compression\": null, \"format\": \"mds\","
          + " \"hashes\": [\"sha256\"], \"size_limit\": null, \"version\": 2}";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aShardIsCountOffsetsConfigurationAndSamples() throws IOException {
    try (MdsWriter writer = new MdsWriter(out, new MdsLayout(3, 2), 2)) {
      writer.write(TokenBytes.encode(new int[] {1, 2, 3, 4}, 2));
      writer.write(TokenBytes.encode(new int[] {65535, 6}, 2));
    }

    int header = 16 + CONFIGURATION.length();
    ByteBuffer expected = ByteBuffer.allocate(header + 12).order(ByteOrder.LITTLE_ENDIAN);
    expected.putInt(2).putInt(header).putInt(header + 6).putInt(header + 12);
    expected.put(CONFIGURATION.getBytes(StandardCharsets.UTF_8));
    for (int token : new int[] {1, 2, 3, 4, 65535, 6}) {
      expected.putShort((short) token);
    }
    assertThat(out.toByteArray()).isEqualTo(expected.array());
    assertThat(new MdsLayout(3, 2).fileBytes(2)).isEqualTo(out.size());
  }

  @Test
  void theIndexNamesEveryShard() throws IOException {
    new MdsLayout(3, 2).writeIndex(out, List.of(shard(0, 5), shard(1, 2)).iterator());

    String columns = CONFIGURATION.substring(1, CONFIGURATION.indexOf(", \"size_limit\""));
    String entry =
        "{"
            + columns
            + ", \"raw_data\": {\"basename\": \"shard.0000%d.mds\", \"bytes\": 100,"
            + " \"hashes\": {\"sha256\": \"abc\"}}, \"samples\": %d, \"size_limit\": null,"
            + " \"version\": 2, \"zip_data\": null}";
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"shards\": ["
                + String.format(entry, 0, 5)
                + ", "
                + String.format(entry, 1, 2)
                + "], \"version\": 2}");
  }

  @Test
  void aShardThatDoesNotFitItsOffsetsIsRefused() {
    long most = MdsLayout.mostTokens(2048) / 2048;

    assertThat(new MdsLayout(2048, 4).fileBytes(most)).isLessThan(1L << 32);
    assertThatThrownBy(() -> newWriter(most + 1))
        .hasMessageContaining("sequences does not fit 32-bit offsets");
  }

  @Test
  void aShardThatStaysShortIsADefect() throws IOException {
    MdsWriter writer = new MdsWriter(out, new MdsLayout(3, 2), 2);
    writer.write(new byte[6]);

    assertThatThrownBy(writer::close).hasMessage("The shard's header promises 6 more bytes");
  }

  private static void newWriter(long samples) throws IOException {
    new MdsWriter(OutputStream.nullOutputStream(), new MdsLayout(2048, 4), samples).close();
  }

  private static Shard shard(int index, long sequences) {
    Shard.Spread spread = new Shard.Spread(0, 0, 0);
    String path = "mds/" + MdsLayout.fileName(index);
    return new Shard(
        index,
        0,
        sequences,
        0,
        0,
        0,
        0,
        0,
        spread,
        spread,
        Map.of(),
        0,
        List.of(new PackedFile(ShardFormat.MDS, path, 0, 100, "abc")));
  }
}
