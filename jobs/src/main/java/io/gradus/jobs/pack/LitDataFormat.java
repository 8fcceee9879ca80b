package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * LitData's chunks for its {@code TokensLoader} ({@code litdata/streaming/writer.py}): u32 item
 * count, u32 offsets of every item and of the end, items; an item is a sequence. An index lists the
 * chunks.
 */
record LitDataFormat(FormatInputs inputs) implements FormatWriter {
  static final String INDEX = "litdata/index.json";

  @Override
  public ShardFormat format() {
    return ShardFormat.LITDATA;
  }

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    long rowBytes = (long) inputs.sequenceLength() * tokenBytes();
    return new RowFileWriter(
        files.create(inputs.path("litdata/" + fileName(shard))),
        inputs.layout().rows(shard),
        rowBytes,
        new byte[0]);
  }

  static String fileName(int shard) {
    return String.format("chunk-0-%05d.bin", shard);
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    try (Stream<Shard> shards = folder.shards(inputs.shardList())) {
      return List.of(
          folder.write(format(), inputs.path(INDEX), out -> writeIndex(out, shards.iterator())));
    }
  }

  /**
   * Writes {@code index.json}. Its {@code updated_at} tells caches of the same address apart; a
   * digest of the chunks does that, and a clock would make other bytes each time.
   */
  void writeIndex(OutputStream out, Iterator<Shard> shards) throws IOException {
    MessageDigest digest = Fingerprint.newSha256();
    out.write("{\"chunks\": [".getBytes(StandardCharsets.UTF_8));
    String separator = "";
    while (shards.hasNext()) {
      Shard shard = shards.next();
      PackedFile file = shard.file(format());
      digest.update(HexFormat.of().parseHex(file.sha256()));
      String chunk =
          String.format(
              "%s{\"chunk_bytes\": %d, \"chunk_size\": %d, \"dim\": %d, \"filename\": \"%s\"}",
              separator,
              file.bytes(),
              shard.sequences(),
              shard.sequences() * inputs.sequenceLength(),
              fileName(shard.index()));
      out.write(chunk.getBytes(StandardCharsets.UTF_8));
      separator = ", ";
    }
    // In litdata/constants.py torch.int is number 16 and torch.uint16 number 20.
    String end =
        String.format(
            "], \"config\": {\"chunk_bytes\": null, \"chunk_size\": null, \"compression\": null,"
                + " \"data_format\": [\"no_header_tensor:%d\"], \"data_spec\": \"[1, {\\\"type\\\":"
                + " null, \\\"context\\\": null, \\\"children_spec\\\": []}]\", \"encryption\":"
                + " null, \"item_loader\": \"TokensLoader\"}, \"updated_at\": \"%s\"}",
            tokenBytes() == 2 ? 20 : 16, HexFormat.of().formatHex(digest.digest(), 0, 8));
    out.write(end.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public ReaderSettings readerSettings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("input_dir", inputs.path("litdata"));
    settings.put("item_loader", "TokensLoader(block_size=" + inputs.sequenceLength() + ")");
    settings.put("shuffle", "False");
    settings.put("drop_last", "True");
    boolean blocks = inputs.layout() instanceof SequenceLayout.RankBlocks;
    if (inputs.layout() instanceof SequenceLayout.RankBlocks layout) {
      settings.put("world size", Integer.toString(layout.ranks()));
      settings.put("StreamingDataLoader.num_workers", Integer.toString(layout.workers()));
      settings.put("StreamingDataLoader.batch_size", Integer.toString(layout.microBatch()));
    } else {
      settings.put("world size", "1");
      settings.put("StreamingDataLoader.num_workers", "0 or 1");
    }
    return new ReaderSettings(
        format(),
        "litdata.StreamingDataset",
        settings,
        "Each worker of each rank reads a contiguous part, so the order is kept only for the number"
            + (blocks
                ? " of ranks and workers and the batch size that the shards were laid out for."
                : " one of both, or in a layout of rank blocks."));
  }
}
