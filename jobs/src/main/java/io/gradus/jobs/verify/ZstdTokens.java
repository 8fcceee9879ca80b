package io.gradus.jobs.verify;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.gradus.common.workspace.Fingerprint;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A file that is one zstd frame, read decompressed and digested as it lies. */
final class ZstdTokens implements TokenReader {
  /** The longest header of a frame (RFC 8878, section 3.1.1.1), with its magic number. */
  private static final int FRAME_HEADER = 18;

  private final InputStream file;
  private final MessageDigest digest = Fingerprint.newSha256();
  private final InputStream compressed;
  private final RawTokens tokens;

  /**
   * Begins reading.
   *
   * @param in stands at the file's beginning; closed by this reader
   * @throws IOException when it is no zstd frame, or one that does not say its content's size,
   *     which mosaicml-streaming needs
   */
  ZstdTokens(InputStream in, int tokenBytes) throws IOException {
    this.file = new BufferedInputStream(in, 1 << 17);
    file.mark(FRAME_HEADER);
    byte[] header = file.readNBytes(FRAME_HEADER);
    file.reset();
    long length = Zstd.getFrameContentSize(header);
    if (length <= 0) {
      throw new IOException("it is no zstd frame that says its content's size");
    }
    this.compressed = new DigestInputStream(file, digest);
    this.tokens = new RawTokens(new ZstdInputStream(compressed), length, tokenBytes);
  }

  /** What the frame holds. */
  RawTokens content() {
    return tokens;
  }

  @Override
  public void read(int[] buffer, int count) throws IOException {
    tokens.read(buffer, count);
  }

  @Override
  public String sha256() throws IOException {
    byte[] rest = new byte[1 << 17];
    while (compressed.read(rest) >= 0) {
      // Read only to be digested.
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() throws IOException {
    tokens.close();
  }
}
