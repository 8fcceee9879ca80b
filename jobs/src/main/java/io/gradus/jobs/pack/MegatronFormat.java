package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Megatron-LM's indexed dataset: one data file that all shards are joined to, and its index. */
record MegatronFormat(FormatInputs inputs) implements FormatWriter {
  static final String DATA = "megatron/train.bin";
  static final String INDEX = "megatron/train.idx";

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
        files.createStretch(inputs.path(DATA), layout().bytes(inputs.layout().sequence(shard, 0))),
        inputs.documents().tokenBytes(),
        tokenBytes());
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    return List.of(
        new JoinedFile(folder, format(), inputs.path(DATA), inputs.shardList())
            .write(out -> out.write(layout().lastDocument(inputs.documents().endOfText()))),
        folder.write(
            format(),
            inputs.path(INDEX),
            out -> layout().writeIndex(out, inputs.layout().total())));
  }

  @Override
  public ReaderSettings readerSettings() {
    return new ReaderSettings(
        format(),
        "megatron.core.datasets.gpt_dataset.GPTDataset",
        new TreeMap<>(
            Map.of(
                "--data-path",
                inputs.path("megatron/train"),
                "--seq-length",
                Integer.toString(inputs.sequenceLength()),
                "--split",
                "100,0,0",
                "--data-cache-path",
                "a folder with identity index caches")),
        "GPTDataset always shuffles. Build it once, then overwrite its caches"
            + " *-GPTDataset-train-{document_index,sample_index,shuffle_index}.npy with int32"
            + " arange(documents), int32 [[0,0],[1,0],...] (samples + 1 rows; int64 where an"
            + " int32 cannot count them) and uint32 arange(samples), where there is one"
            + " document more than there are samples. Take the number of steps from the"
            + " plan's fragments/megatron.sh: Megatron must not be asked for more than one"
            + " epoch.");
  }
}
