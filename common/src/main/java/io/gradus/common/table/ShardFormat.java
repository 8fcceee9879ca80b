package io.gradus.common.table;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;
import java.util.Arrays;
import java.util.Optional;

/** What a trainer reads: each format lies in its own folder of the pack stage's output. */
public enum ShardFormat {
  /** MosaicML Streaming: {@code mds/shard.00000.mds} and {@code mds/index.json}. */
  MDS,
  /**
   * MosaicML Streaming, each shard a zstd frame: {@code mds-zstd/shard.00000.mds.zstd} and {@code
   * mds-zstd/index.json}.
   */
  MDS_ZSTD,
  /**
   * Megatron-LM indexed dataset: {@code megatron/train.bin} and {@code megatron/train.idx}, and
   * GPTDataset's three indices in order.
   */
  MEGATRON,
  /** OLMo-core: {@code olmo/part-00000.npy} and its documents in {@code olmo/part-00000.csv.gz}. */
  OLMO,
  /**
   * datatrove and nanotron: {@code datatrove/train.ds}, {@code datatrove/train.ds.index} and {@code
   * datatrove/train.ds.metadata}.
   */
  DATATROVE,
  /** Parquet with a list column {@code input_ids}: {@code parquet/shard-00000.parquet}. */
  PARQUET,
  /** LitData: {@code litdata/chunk-0-00000.bin} and {@code litdata/index.json}. */
  LITDATA,
  /** Texts as JSON lines: {@code jsonl/part-00000.jsonl.zst}. */
  JSONL;

  /** The format of that name, if there is one. */
  public static Optional<ShardFormat> labelled(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }

  /** The format's name in configuration files and manifests, and its folder's name. */
  @JsonValue
  public String label() {
    return Section.name(this);
  }
}
