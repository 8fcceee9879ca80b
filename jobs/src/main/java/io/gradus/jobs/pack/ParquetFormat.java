package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Parquet with a list column {@code input_ids}, as Hugging Face's datasets read it. */
record ParquetFormat(FormatInputs inputs) implements FormatWriter {

  @Override
  public ShardFormat format() {
    return ShardFormat.PARQUET;
  }

  @Override
  public int tokenBytes() {
    return Integer.BYTES;
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    return new ParquetSequenceWriter(
        files.create(inputs.path("parquet/" + ParquetSequenceWriter.fileName(shard))),
        inputs.sequenceLength(),
        inputs.documents().tokenBytes());
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) {
    return List.of();
  }

  @Override
  public ReaderSettings readerSettings() {
    return new ReaderSettings(
        format(),
        "datasets.load_dataset(\"parquet\")",
        new TreeMap<>(
            Map.of(
                "data_files", inputs.path("parquet/*.parquet") + ", sorted by name",
                "sampler", "DistributedSampler(shuffle=False)",
                "train_sampling_strategy", "sequential")),
        "Read it as a map-style set: split_dataset_by_node and streaming deal rows out in another"
            + " order. train_sampling_strategy is for transformers' Trainer.");
  }
}
