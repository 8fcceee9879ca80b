package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Megatron-LM's indexed dataset: one data file that all shards are joined to, its index, and the
 * indices that keep GPTDataset from shuffling.
 */
record MegatronFormat(FormatInputs inputs) implements FormatWriter {
  static final String DATA = "megatron/train.bin";
  static final String INDEX = "megatron/train.idx";
  static final String DOCUMENT_INDEX = "megatron/document_index.npy";
  static final String SAMPLE_INDEX = "megatron/sample_index.npy";
  static final String SHUFFLE_INDEX = "megatron/shuffle_index.npy";

  @Override
  public ShardFormat format() {
    return ShardFormat.MEGATRON;
  }

  @Override
  public int tokenBytes() {
    return MegatronLayout.tokenBytes(inputs.documents().vocabularySize());
  }

  private MegatronLayout layout() {
    return new MegatronLayout(inputs.sequenceLength(), tokenBytes());
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    return new BareTokenWriter(
        files.createStretch(inputs.path(DATA)), inputs.documents().tokenBytes(), tokenBytes());
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    long sequences = inputs.layout().total();
    return List.of(
        new JoinedFile(folder, format(), inputs.path(DATA), inputs.shardList())
            .write(out -> out.write(layout().lastDocument(inputs.documents().endOfText()))),
        folder.write(format(), inputs.path(INDEX), out -> layout().writeIndex(out, sequences)),
        folder.write(
            format(),
            inputs.path(DOCUMENT_INDEX),
            out -> layout().writeDocumentIndex(out, sequences)),
        folder.write(
            format(), inputs.path(SAMPLE_INDEX), out -> layout().writeSampleIndex(out, sequences)),
        folder.write(
            format(),
            inputs.path(SHUFFLE_INDEX),
            out -> layout().writeShuffleIndex(out, sequences)));
  }

  @Override
  public ReaderSettings readerSettings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("--data-path", inputs.path("megatron/train"));
    settings.put("--seq-length", Integer.toString(inputs.sequenceLength()));
    settings.put("--split", "100,0,0");
    settings.put("--data-cache-path", "a folder that bin/megatron-order has filled");
    if (inputs.boundaries()) {
      settings.put("--reset-position-ids", "");
      settings.put("--reset-attention-mask", "");
    }
    return new ReaderSettings(
        format(),
        "megatron.core.datasets.gpt_dataset.GPTDataset",
        settings,
        "GPTDataset always shuffles, unless its cache says otherwise. Start the training once and"
            + " let it stop after a step (--exit-interval 1), then put the indices that lie beside"
            + " the data into its cache: bin/megatron-order does both. Take the number of steps"
            + " from the plan's fragments/megatron.sh: Megatron must not be asked for more than one"
            + " epoch.");
  }
}
