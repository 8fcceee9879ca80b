package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/**
 * Writes the shards in one format. A new format is a class of this kind and its line in {@link
 * #of}.
 */
interface FormatWriter extends Serializable {

  static FormatWriter of(ShardFormat format, FormatInputs inputs) {
    return switch (format) {
      case MDS, MDS_ZSTD -> new MdsFormat(format, inputs);
      case MEGATRON -> new MegatronFormat(inputs);
      case OLMO -> new OlmoFormat(inputs);
      case DATATROVE -> new DatatroveFormat(inputs);
      case PARQUET -> new ParquetFormat(inputs);
      case LITDATA -> new LitDataFormat(inputs);
      case JSONL -> new JsonlFormat(inputs);
    };
  }

  ShardFormat format();

  FormatInputs inputs();

  /** The folder of its files. */
  default String folder() {
    return inputs().path(format().label());
  }

  /** What a format wants pieces to hold. */
  static ShardGroup.Content content(ShardFormat format) {
    return switch (format) {
      case MDS, MDS_ZSTD, MEGATRON, OLMO, DATATROVE, PARQUET, LITDATA -> ShardGroup.Content.TOKENS;
      case JSONL -> ShardGroup.Content.TEXT;
    };
  }

  /** Bytes of one token in its files, before any compression. */
  int tokenBytes();

  /**
   * Opens a shard.
   *
   * @param files where the shard's files are made; the first is the one that holds its tokens
   */
  TokenWriter open(ShardFiles files, int shard) throws IOException;

  /**
   * Writes the files that belong to no single shard, when all shards are there. It runs in a task,
   * once for the format.
   */
  List<PackedFile> finish(PackFolder folder) throws IOException;

  /** What a trainer must be told so that it keeps the order. */
  ReaderSettings readerSettings();
}
