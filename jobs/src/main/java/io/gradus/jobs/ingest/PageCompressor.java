package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.codec.ZstandardCodec;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages as the library does, but in no buffer that doubles. */
final class PageCompressor implements BytesInputCompressor {
  private final ZstandardCodec codec = new ZstandardCodec();

  PageCompressor(Configuration hadoop) {
    codec.setConf(hadoop);
  }

  @Override
  public BytesInput compress(BytesInput page) throws IOException {
    LongBytes compressed = new LongBytes();
    try (OutputStream out = codec.createOutputStream(compressed.stream())) {
      page.writeAllTo(out);
    }
    return BytesInput.from(compressed.toArray());
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  @Override
  public void release() {
    // Nothing is held between two pages.
  }
}
