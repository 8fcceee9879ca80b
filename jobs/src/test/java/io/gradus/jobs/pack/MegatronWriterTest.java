package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.table.TokenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MegatronWriterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void theIndexListsLengthsOffsetsAndDocuments() throws IOException {
    new MegatronLayout(5, 2).writeIndex(out, 2);

    ByteBuffer expected =
        ByteBuffer.allocate(34 + 3 * 4 + 3 * 8 + 4 * 8).order(ByteOrder.LITTLE_ENDIAN);
    expected.put("MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII)).putLong(1).put((byte) 8);
    expected.putLong(3).putLong(4);
    expected.putInt(5).putInt(5).putInt(1);
    expected.putLong(0).putLong(10).putLong(20);
    expected.putLong(0).putLong(1).putLong(2).putLong(3);
    assertThat(out.toByteArray()).isEqualTo(expected.array());
  }

  @Test
  void theIndexOfWideTokensSaysSo() throws IOException {
    new MegatronLayout(5, 4).writeIndex(out, 1);

    ByteBuffer index = ByteBuffer.wrap(out.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(index.get(17)).isEqualTo((byte) 4);
    assertThat(index.getLong(34 + 2 * 4 + 8)).isEqualTo(20);
  }

  @Test
  void widthFollowsMegatronsOwnRule() {
    assertThat(MegatronLayout.tokenBytes(65_499)).isEqualTo(2);
    assertThat(MegatronLayout.tokenBytes(65_500)).isEqualTo(4);
  }

  @Test
  void tokensAreWidenedWhereMegatronWantsFourBytes() throws IOException {
    try (BareTokenWriter writer = new BareTokenWriter(out, 2, 4)) {
      writer.write(TokenBytes.encode(new int[] {1, 65_535}, 2));
    }

    assertThat(out.toByteArray()).isEqualTo(TokenBytes.encode(new int[] {1, 65_535}, 4));
    assertThatThrownBy(() -> new BareTokenWriter(out, 4, 2))
        .hasMessage("Tokens of 4 bytes do not fit 2");
  }

  @Test
  void theLastDocumentIsOneEndOfText() {
    assertThat(new MegatronLayout(5, 2).lastDocument(50_256)).isEqualTo(bytes(0x50, 0xc4));
    assertThat(new MegatronLayout(5, 4).lastDocument(100_257))
        .isEqualTo(bytes(0xa1, 0x87, 0x01, 0));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
