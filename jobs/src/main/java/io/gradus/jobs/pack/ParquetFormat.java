package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.SequenceLayout;
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
        inputs.documents().tokenBytes(),
        inputs.boundaries()
            ? List.of(ParquetSequenceWriter.TOKENS, ParquetSequenceWriter.LENGTHS)
            : List.of(ParquetSequenceWriter.TOKENS));
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) {
    return List.of();
  }

  @Override
  public ReaderSettings readerSettings() {
    if (inputs.layout() instanceof SequenceLayout.StridedShards layout) {
      return new ReaderSettings(
          format(),
          "datasets.load_dataset(\"parquet\", streaming=True)",
          new TreeMap<>(
              Map.of(
                  "data_files", files(),
                  "split_dataset_by_node", "world_size=" + layout.ranks(),
                  "DataLoader.num_workers", Integer.toString(layout.workers()),
                  "DataLoader.batch_size", Integer.toString(layout.microBatch()))),
          "The order is kept for this number of ranks and workers and this batch size only.");
    }
    return new ReaderSettings(
        format(),
        "datasets.load_dataset(\"parquet\")",
        new TreeMap<>(
            Map.of(
                "data_files", files(),
                "sampler", "DistributedSampler(shuffle=False)",
                "train_sampling_strategy", "sequential")),
        "Read it as a map-style set: split_dataset_by_node and streaming deal rows out in another"
            + " order, unless the shards were laid out for that. train_sampling_strategy is for"
            + " transformers' Trainer.");
  }

  private String files() {
    return inputs.path("parquet/*.parquet") + ", sorted by name";
  }
}
