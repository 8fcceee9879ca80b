package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards.PackedFormat;
import java.io.IOException;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A shard's tokens in one format, opened.
 *
 * @param tokens stands at the first token
 * @param readable whether the tokens can be found
 */
record ShardReader(TokenReader tokens, boolean readable) {

  /**
   * Opens a shard and checks what stands before its tokens.
   *
   * @param rows sequences that it should hold
   */
  static ShardReader open(
      PackedFormat format,
      PackedFile file,
      Path path,
      long rows,
      int sequenceLength,
      Configuration hadoop,
      Findings findings)
      throws IOException {
    return switch (format.format()) {
      case PARQUET ->
          new ShardReader(ParquetSequences.open(hadoop, path, rows, sequenceLength), true);
      case MDS -> {
        RawTokens raw = raw(format, file, path, hadoop);
        yield new ShardReader(
            raw,
            MdsHeader.check(
                raw, file.path(), rows, sequenceLength, format.tokenBytes(), "null", findings));
      }
      case MDS_ZSTD -> {
        FSDataInputStream in = path.getFileSystem(hadoop).open(path);
        ZstdTokens zstd = new ZstdTokens(in, format.tokenBytes());
        yield new ShardReader(
            zstd,
            MdsHeader.check(
                zstd.content(),
                file.path(),
                rows,
                sequenceLength,
                format.tokenBytes(),
                "\"zstd\"",
                findings));
      }
      case JSONL -> throw new IllegalArgumentException("jsonl holds texts, see TextWalk");
      case LITDATA -> {
        RawTokens raw = raw(format, file, path, hadoop);
        long rowBytes = (long) sequenceLength * format.tokenBytes();
        OptionalLong between = RowTable.check(raw, file.path(), "items", rows, rowBytes, findings);
        if (between.orElse(0) > 0) {
          findings.breach(
              Check.STRUCTURE,
              file.path(),
              "header",
              "has " + between.getAsLong() + " bytes between offsets and items");
        }
        yield new ShardReader(raw, between.orElse(1) == 0);
      }
      case MEGATRON, OLMO, DATATROVE ->
          bare(raw(format, file, path, hadoop), format, file, rows, sequenceLength, findings);
    };
  }

  private static RawTokens raw(
      PackedFormat format, PackedFile file, Path path, Configuration hadoop) throws IOException {
    FSDataInputStream in = path.getFileSystem(hadoop).open(path);
    in.seek(file.offset());
    return new RawTokens(in, file.bytes(), format.tokenBytes());
  }

  /** A file, or a stretch of one, of nothing but tokens. */
  private static ShardReader bare(
      RawTokens raw,
      PackedFormat format,
      PackedFile file,
      long rows,
      int sequenceLength,
      Findings findings) {
    boolean whole = raw.left() == rows * sequenceLength * format.tokenBytes();
    if (!whole) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "",
          String.format("has %,d bytes for %,d sequences", raw.left(), rows));
    }
    return new ShardReader(raw, whole);
  }
}
