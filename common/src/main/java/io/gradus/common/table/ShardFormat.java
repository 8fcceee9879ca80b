package io.gradus.common.table;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;

/** What a trainer reads: each format lies in its own folder of the pack stage's output. */
public enum ShardFormat {
  /** MosaicML Streaming: {@code mds/shard.00000.mds} and {@code mds/index.json}. */
  MDS,
  /** Megatron-LM indexed dataset: {@code megatron/train.bin} and {@code megatron/train.idx}. */
  MEGATRON,
  /** Parquet with a list column {@code input_ids}: {@code parquet/shard-00000.parquet}. */
  PARQUET;

  /** The format's name in configuration files and manifests, and its folder's name. */
  @JsonValue
  public String label() {
    return Section.name(this);
  }
}
