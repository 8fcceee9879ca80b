package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/**
 * Where things lie in a shard of MosaicML Streaming's MDS format with one column {@code tokens} of
 * fixed shape: u32 sample count, u32 offsets of every sample and of the end, JSON configuration,
 * samples. Every size is known before the first token is. A compressed shard is a zstd frame of
 * such a file; its digest is that of the frame, which is what readers check.
 */
record MdsLayout(int sequenceLength, int tokenBytes, Compression compression) {
  /** How shards are compressed as they lie. */
  enum Compression {
    NONE,
    ZSTD
  }

  private static final long MOST_BYTES = (1L << 32) - 1;

  static String fileName(int shard) {
    return String.format("shard.%05d.mds", shard);
  }

  /** The most tokens of a shard whose offsets fit 32 bits, whatever the vocabulary. */
  static long mostTokens(int sequenceLength) {
    MdsLayout widest = new MdsLayout(sequenceLength, 4, Compression.ZSTD);
    long sample = 4L + widest.sampleBytes();
    return (MOST_BYTES - 8 - widest.configuration().length) / sample * sequenceLength;
  }

  long sampleBytes() {
    return (long) sequenceLength * tokenBytes;
  }

  /** The first sample's offset in the file. */
  long headerBytes(long samples) {
    return 4 + 4 * (samples + 1) + configuration().length;
  }

  long fileBytes(long samples) {
    return headerBytes(samples) + samples * sampleBytes();
  }

  /** The JSON that the shard's header holds; the bytes that Python's json module would write. */
  byte[] configuration() {
    return ("{" + columns() + ", " + limits() + "}").getBytes(StandardCharsets.UTF_8);
  }

  private String indexEntry(PackedFile file, int shard, long samples) {
    String lies = fileInfo(file.path(), file.bytes(), "\"sha256\": \"" + file.sha256() + "\"");
    String raw =
        compression == Compression.NONE ? lies : fileInfo(fileName(shard), fileBytes(samples), "");
    return "{"
        + columns()
        + ", \"raw_data\": "
        + raw
        + ", \"samples\": "
        + samples
        + ", "
        + limits()
        + ", \"zip_data\": "
        + (compression == Compression.NONE ? "null" : lies)
        + "}";
  }

  private static String fileInfo(String path, long bytes, String hashes) {
    return "{\"basename\": \""
        + path.substring(path.lastIndexOf('/') + 1)
        + "\", \"bytes\": "
        + bytes
        + ", \"hashes\": {"
        + hashes
        + "}}";
  }

  /** Writes {@code index.json}, the bytes that the streaming library itself would write. */
  void writeIndex(OutputStream out, ShardFormat format, Iterator<Shard> shards) throws IOException {
    out.write("{\"shards\": [".getBytes(StandardCharsets.UTF_8));
    String separator = "";
    while (shards.hasNext()) {
      Shard shard = shards.next();
      String entry = indexEntry(shard.file(format), shard.index(), shard.sequences());
      out.write((separator + entry).getBytes(StandardCharsets.UTF_8));
      separator = ", ";
    }
    out.write("], \"version\": 2}".getBytes(StandardCharsets.UTF_8));
  }

  private String columns() {
    return String.format(
        "\"column_encodings\": [\"ndarray:uint%d:%d\"], \"column_names\": [\"tokens\"],"
            + " \"column_sizes\": [%d], \"compression\": %s, \"format\": \"mds\","
            + " \"hashes\": [\"sha256\"]",
        8 * tokenBytes,
        sequenceLength,
        sampleBytes(),
        compression == Compression.NONE ? "null" : "\"zstd\"");
  }

  private static String limits() {
    return "\"size_limit\": null, \"version\": 2";
  }
}
