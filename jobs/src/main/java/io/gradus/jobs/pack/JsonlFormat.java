package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Texts for trainers that tokenize: JSON lines, compressed. A shard holds the documents that begin
 * in its stretch of the curriculum.
 */
record JsonlFormat(FormatInputs inputs) implements FormatWriter {

  @Override
  public ShardFormat format() {
    return ShardFormat.JSONL;
  }

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    String path = inputs.path(String.format("jsonl/part-%05d.jsonl.zst", shard));
    return new BareTokenWriter(new ZstdFrame(files.create(path)), 1, 1);
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) {
    return List.of();
  }

  @Override
  public ReaderSettings readerSettings() {
    return new ReaderSettings(
        format(),
        "datasets.load_dataset(\"json\")",
        new TreeMap<>(Map.of("data_files", inputs.path("jsonl/*.jsonl.zst") + ", sorted by name")),
        "Lines are documents in order. Steps depend on how the trainer tokenizes and packs them.");
  }
}
