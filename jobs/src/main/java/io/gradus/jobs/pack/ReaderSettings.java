package io.gradus.jobs.pack;

import io.gradus.common.table.PackedStream;
import io.gradus.common.table.ShardFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a trainer must be told so that it reads the shards in their order.
 *
 * @param format the format that it reads
 * @param reader the class that reads it
 * @param settings its parameters by name
 * @param note what parameters alone cannot say
 */
public record ReaderSettings(
    ShardFormat format, String reader, Map<String, String> settings, String note) {

  static List<ReaderSettings> of(List<ShardFormat> formats, PackedStream stream) {
    return formats.stream().map(format -> of(format, stream)).toList();
  }

  private static ReaderSettings of(ShardFormat format, PackedStream stream) {
    return switch (format) {
      case MDS ->
          new ReaderSettings(
              format,
              "streaming.StreamingDataset",
              new TreeMap<>(Map.of("shuffle", "False", "num_canonical_nodes", "1")),
              "The default number of canonical nodes is the number of physical nodes, which would"
                  + " change the order on several nodes.");
      case MEGATRON ->
          new ReaderSettings(
              format,
              "megatron.core.datasets.gpt_dataset.GPTDataset",
              new TreeMap<>(
                  Map.of(
                      "--data-path", "megatron/train",
                      "--seq-length", Integer.toString(stream.sequenceLength()),
                      "--split", "100,0,0",
                      "--data-cache-path", "a folder with identity index caches")),
              "GPTDataset always shuffles. Build it once, then overwrite its caches"
                  + " *-GPTDataset-train-{document_index,sample_index,shuffle_index}.npy with int32"
                  + " arange(documents), int32 [[0,0],[1,0],...] (samples + 1 rows; int64 where an"
                  + " int32 cannot count them) and uint32 arange(samples), where there is one"
                  + " document more than there are samples. Take the number of steps from the"
                  + " plan's fragments/megatron.sh: Megatron must not be asked for more than one"
                  + " epoch.");
      case PARQUET ->
          new ReaderSettings(
              format,
              "datasets.load_dataset(\"parquet\")",
              new TreeMap<>(
                  Map.of(
                      "data_files", "parquet/*.parquet, sorted by name",
                      "sampler", "DistributedSampler(shuffle=False)",
                      "train_sampling_strategy", "sequential")),
              "Read it as a map-style set: split_dataset_by_node and streaming deal rows out in"
                  + " another order. train_sampling_strategy is for transformers' Trainer.");
    };
  }
}
