package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * OLMo-core's numpy data sets ({@code olmo_core/data/numpy_dataset.py}): in spite of their name the
 * {@code .npy} files are bare token ids. OLMo-core cuts each file into sequences from its start and
 * drops the rest, so files hold whole sequences. Beside each lies a {@code .csv.gz} with a line
 * {@code start,end} for each document, or what the file has of it.
 */
record OlmoFormat(FormatInputs inputs) implements FormatWriter {

  @Override
  public ShardFormat format() {
    return ShardFormat.OLMO;
  }

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    String name = inputs.path(String.format("olmo/part-%05d", shard));
    TokenWriter tokens =
        new BareTokenWriter(files.create(name + ".npy"), tokenBytes(), tokenBytes());
    Writer lines =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(files.create(name + ".csv.gz"), 1 << 16),
                StandardCharsets.US_ASCII),
            1 << 16);
    DocumentSpans spans =
        new DocumentSpans((begin, end, ends) -> lines.append(begin + "," + end + "\n"));
    return new SpanWriter(tokens, tokenBytes(), spans, lines);
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) {
    return List.of();
  }

  @Override
  public ReaderSettings readerSettings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("paths", inputs.path("olmo/*.npy") + ", sorted by name");
    settings.put("sequence_length", Integer.toString(inputs.sequenceLength()));
    settings.put("dtype", tokenBytes() == 2 ? "uint16" : "uint32");
    settings.put("NumpyDataLoaderBase.wrap_numpy_dataset", "shuffle=False");
    if (inputs.boundaries()) {
      settings.put("generate_doc_lengths", "True");
    }
    return new ReaderSettings(
        format(),
        "olmo_core.data.NumpyFSLDatasetConfig",
        settings,
        "Loaders shuffle unless they are told not to. max_target_sequence_length must stay unset or"
            + " equal to sequence_length. Any number of ranks and workers keeps the order.");
  }
}
