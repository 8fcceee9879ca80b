package io.gradus.jobs.ingest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** How a file is packed, by its name's last suffix; none of it needs Hadoop's native libraries. */
enum Compression {
  GZIP(".gz"),
  ZSTD(".zst"),
  BZIP2(".bz2"),
  NONE("");

  /** The largest window that zstd has; memory is taken only as a file's own window asks for it. */
  private static final int LARGEST_ZSTD_WINDOW = 31;

  private static final int BUFFER = 1 << 16;

  private final String suffix;

  Compression(String suffix) {
    this.suffix = suffix;
  }

  static Compression of(String fileName) {
    for (Compression compression : values()) {
      if (fileName.endsWith(compression.suffix)) {
        return compression;
      }
    }
    return NONE;
  }

  /** The file's name without the suffix of its compression. */
  String strip(String fileName) {
    return fileName.substring(0, fileName.length() - suffix.length());
  }

  /**
   * The unpacked bytes; members and frames one after the other are one stream.
   *
   * @throws IOException when the bytes are not what the suffix promises, here or while reading
   */
  InputStream open(InputStream packed) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(packed, BUFFER);
    return switch (this) {
      // Not the JDK's: it takes the end of a member for the end of the file where a stream cannot
      // tell how much is available, as streams of remote file systems cannot.
      case GZIP ->
          GzipCompressorInputStream.builder()
              .setInputStream(buffered)
              .setDecompressConcatenated(true)
              .get();
      case ZSTD -> {
        ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(buffered);
        zstd.setLongMax(LARGEST_ZSTD_WINDOW);
        yield zstd;
      }
      case BZIP2 -> new BZip2CompressorInputStream(buffered, true);
      case NONE -> buffered;
    };
  }
}
