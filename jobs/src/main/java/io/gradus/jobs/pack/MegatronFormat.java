package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Megatron-LM's indexed dataset: one data file that all shards are joined to, and its index. */
record MegatronFormat(PackedStream stream, DocumentsTable documents) implements FormatWriter {
  static final String DATA = "megatron/train.bin";
  static final String INDEX = "megatron/train.idx";

  @Override
  public ShardFormat format() {
    return ShardFormat.MEGATRON;
  }

  @Override
  public int tokenBytes() {
    return MegatronLayout.tokenBytes(documents.vocabularySize());
  }

  private MegatronLayout layout() {
    return new MegatronLayout(stream.sequenceLength(), tokenBytes());
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    return new BareTokenWriter(
        files.createStretch(DATA, layout().bytes(stream.firstSequence(shard))),
        documents.tokenBytes(),
        tokenBytes());
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    return List.of(
        new JoinedFile(folder, format(), DATA)
            .write(out -> out.write(layout().lastDocument(documents.endOfText()))),
        folder.write(format(), INDEX, out -> layout().writeIndex(out, stream.sequences())));
  }

  @Override
  public ReaderSettings readerSettings() {
    return new ReaderSettings(
        format(),
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
  }
}
