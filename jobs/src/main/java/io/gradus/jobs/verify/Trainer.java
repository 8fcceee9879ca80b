package io.gradus.jobs.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.ShardFormat;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The trainers whose loaders are simulated, each with the format that it reads. */
public enum Trainer {
  /** {@code streaming.StreamingDataset}. */
  MOSAICML_STREAMING,
  /** Megatron-LM and NeMo: {@code GPTDataset} and {@code MegatronPretrainingSampler}. */
  MEGATRON,
  /** {@code NumpyFSLDataset} and its data loader. */
  OLMO_CORE,
  /** datatrove's {@code DatatroveFolderDataset} with a {@code DistributedSampler}. */
  NANOTRON,
  /** A map-style {@code datasets.Dataset} with a {@code DistributedSampler}. */
  HF_MAP,
  /** A streaming {@code datasets.IterableDataset}, {@code split_dataset_by_node}. */
  HF_STREAMING,
  /** LitData's {@code StreamingDataset} and {@code StreamingDataLoader}. */
  LITDATA;

  /** The name on the command line and in results. */
  @JsonValue
  public String label() {
    return Section.name(this);
  }

  /** The formats that it reads; of several that were packed, the first. */
  List<ShardFormat> formats() {
    return switch (this) {
      case MOSAICML_STREAMING -> List.of(ShardFormat.MDS, ShardFormat.MDS_ZSTD);
      case MEGATRON -> List.of(ShardFormat.MEGATRON);
      case OLMO_CORE -> List.of(ShardFormat.OLMO);
      case NANOTRON -> List.of(ShardFormat.DATATROVE);
      case HF_MAP, HF_STREAMING -> List.of(ShardFormat.PARQUET);
      case LITDATA -> List.of(ShardFormat.LITDATA);
    };
  }

  /** The settings of its loader that can be tried out. */
  List<String> settings() {
    return switch (this) {
      case MOSAICML_STREAMING -> List.of("num_canonical_nodes", "shuffle");
      case MEGATRON -> List.of("index_caches");
      case OLMO_CORE, NANOTRON, HF_STREAMING -> List.of("shuffle");
      case HF_MAP -> List.of("drop_last", "shuffle", "split");
      case LITDATA -> List.of("drop_last", "shuffle");
    };
  }

  /**
   * The trainer of a name.
   *
   * @throws UserMistake when there is none
   */
  public static Trainer named(String name) {
    List<String> known = Arrays.stream(values()).map(Trainer::label).toList();
    return Arrays.stream(values())
        .filter(trainer -> trainer.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserMistake(
                    "--as: no trainer is called '"
                        + name
                        + "'"
                        + Suggestion.nearest(name, known)
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse(".")
                        + " Those that are simulated: "
                        + known.stream().collect(Collectors.joining(", "))));
  }
}
