package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** MosaicML Streaming: a file for each shard, and an index of them. */
record MdsFormat(FormatInputs inputs) implements FormatWriter {
  static final String INDEX = "mds/index.json";

  @Override
  public ShardFormat format() {
    return ShardFormat.MDS;
  }

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  private MdsLayout layout() {
    return new MdsLayout(inputs.sequenceLength(), tokenBytes());
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    return new MdsWriter(
        files.create(inputs.path("mds/" + MdsLayout.fileName(shard))),
        layout(),
        inputs.layout().rows(shard));
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    try (Stream<Shard> shards = folder.shards(inputs.shardList())) {
      return List.of(
          folder.write(
              format(), inputs.path(INDEX), out -> layout().writeIndex(out, shards.iterator())));
    }
  }

  @Override
  public ReaderSettings readerSettings() {
    return new ReaderSettings(
        format(),
        "streaming.StreamingDataset",
        new TreeMap<>(Map.of("shuffle", "False", "num_canonical_nodes", "1")),
        "The default number of canonical nodes is the number of physical nodes, which would change"
            + " the order on several nodes.");
  }
}
