package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** MosaicML Streaming: a file for each shard, as it is or compressed, and an index of them. */
record MdsFormat(ShardFormat format, FormatInputs inputs) implements FormatWriter {
  private static final String INDEX = "index.json";

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  private MdsLayout layout() {
    return new MdsLayout(inputs.sequenceLength(), tokenBytes(), compression());
  }

  private MdsLayout.Compression compression() {
    return format == ShardFormat.MDS_ZSTD ? MdsLayout.Compression.ZSTD : MdsLayout.Compression.NONE;
  }

  private String path(String name) {
    return inputs.path(format.label() + "/" + name);
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    MdsLayout layout = layout();
    long samples = inputs.layout().rows(shard);
    String name = MdsLayout.fileName(shard);
    OutputStream out =
        switch (layout.compression()) {
          case NONE -> files.create(path(name));
          case ZSTD -> new ZstdFrame(files.create(path(name + ".zstd")), layout.fileBytes(samples));
        };
    return new RowFileWriter(out, samples, layout.sampleBytes(), layout.configuration());
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    try (Stream<Shard> shards = folder.shards(inputs.shardList())) {
      return List.of(
          folder.write(
              format, path(INDEX), out -> layout().writeIndex(out, format, shards.iterator())));
    }
  }

  @Override
  public ReaderSettings readerSettings() {
    int canonicalNodes =
        inputs.layout() instanceof SequenceLayout.Strided strided ? strided.canonicalNodes() : 1;
    Map<String, String> settings =
        new TreeMap<>(
            Map.of("shuffle", "False", "num_canonical_nodes", Integer.toString(canonicalNodes)));
    if (format == ShardFormat.MDS) {
      settings.put("local", inputs.path("mds"));
    } else {
      settings.put("remote", inputs.path("mds-zstd"));
      settings.put("local", "a folder on each node for decompressed shards");
    }
    return new ReaderSettings(
        format,
        "streaming.StreamingDataset",
        settings,
        "The default number of canonical nodes is the number of physical nodes, which would change"
            + " the order where it is another. Any number of ranks and workers keeps the order.");
  }
}
