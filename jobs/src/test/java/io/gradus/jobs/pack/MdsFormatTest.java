package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TokenBytes;
import io.gradus.jobs.pack.MdsLayout.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MdsFormatTest {
  private static final String CONFIGURATION =
      "{\"column_encodings\": [\"ndarray:uint16:3\"], \"column_names\": [\"tokens\"],"
          + " \"column_sizes\": [6], \"compression\": null, \"format\": \"mds\","
          + " \"hashes\": [\"sha256\"], \"size_limit\": null, \"version\": 2}";

  private static final MdsLayout RAW = new MdsLayout(3, 2, Compression.NONE);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void aShardIsCountOffsetsConfigurationAndSamples() throws IOException {
    try (RowFileWriter writer = writer(out, RAW, 2)) {
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
    assertThat(RAW.fileBytes(2)).isEqualTo(out.size());
  }

  @Test
  void theIndexNamesEveryShard() throws IOException {
    RAW.writeIndex(out, ShardFormat.MDS, List.of(shard(0, 5), shard(1, 2)).iterator());

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
  void theIndexOfCompressedShardsNamesBothForms() throws IOException {
    MdsLayout layout = new MdsLayout(3, 2, Compression.ZSTD);
    PackedFile file = new PackedFile(ShardFormat.MDS_ZSTD, "mds-zstd/x.mds.zstd", 0, 70, "abc");
    layout.writeIndex(out, ShardFormat.MDS_ZSTD, List.of(shard(4, 5, file)).iterator());

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("\"compression\": \"zstd\"")
        .contains(
            "\"raw_data\": {\"basename\": \"shard.00004.mds\", \"bytes\": "
                + layout.fileBytes(5)
                + ", \"hashes\": {}}")
        .contains(
            "\"zip_data\": {\"basename\": \"x.mds.zstd\", \"bytes\": 70,"
                + " \"hashes\": {\"sha256\": \"abc\"}}");
  }

  @Test
  void aFrameCarriesItsSizeAndDependsOnTheContentAlone() throws IOException {
    byte[] content = new byte[1_000_000];
    new Random(5).nextBytes(content);
    Arrays.fill(content, 300_000, 700_000, (byte) 7);
    try (ZstdFrame frame = new ZstdFrame(out, content.length)) {
      frame.write(content);
    }
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    try (ZstdFrame frame = new ZstdFrame(pieces, content.length)) {
      for (int at = 0; at < content.length; at += 333) {
        frame.write(content, at, Math.min(333, content.length - at));
      }
    }

    assertThat(Zstd.getFrameContentSize(out.toByteArray())).isEqualTo(content.length);
    assertThat(Zstd.decompress(out.toByteArray(), content.length)).isEqualTo(content);
    assertThat(pieces.toByteArray()).isEqualTo(out.toByteArray());
  }

  @Test
  void aShardThatDoesNotFitItsOffsetsIsRefused() {
    long most = MdsLayout.mostTokens(2048) / 2048;

    MdsLayout layout = new MdsLayout(2048, 4, Compression.NONE);
    assertThat(layout.fileBytes(most)).isLessThan(1L << 32);
    assertThatThrownBy(() -> writer(OutputStream.nullOutputStream(), layout, most + 1))
        .hasMessageContaining("sequences does not fit 32-bit offsets");
  }

  @Test
  void aShardThatStaysShortIsADefect() throws IOException {
    RowFileWriter writer = writer(out, RAW, 2);
    writer.write(new byte[6]);

    assertThatThrownBy(writer::close).hasMessage("The shard's header promises 6 more bytes");
  }

  private static RowFileWriter writer(OutputStream out, MdsLayout layout, long samples)
      throws IOException {
    return new RowFileWriter(out, samples, layout.sampleBytes(), layout.configuration());
  }

  private static Shard shard(int index, long sequences) {
    String path = "mds/" + MdsLayout.fileName(index);
    return shard(index, sequences, new PackedFile(ShardFormat.MDS, path, 0, 100, "abc"));
  }

  private static Shard shard(int index, long sequences, PackedFile file) {
    Shard.Spread spread = new Shard.Spread(0, 0, 0);
    return new Shard(
        index,
        0,
        sequences - 1,
        sequences,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        spread,
        spread,
        Map.of(),
        0,
        List.of(file));
  }
}
