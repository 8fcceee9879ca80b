package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * datatrove's tokenized files ({@code datatrove/pipeline/tokens/tokenizer.py}), which nanotron
 * reads: bare token ids, the ends of documents as u64, and three lines about both. The reader
 * ({@code datatrove/utils/dataset.py}) cuts a file into rows of S + 1 tokens that share none, so
 * that each gives S inputs and their S labels, and drops the rest of each file. Shards of S-token
 * sequences would lose their ends; so they are joined to one file, and its row {@code j} holds
 * tokens {@code [j*(S+1), (j+1)*(S+1))} of the stream.
 */
record DatatroveFormat(FormatInputs inputs) implements FormatWriter {
  static final String DATA = "datatrove/train.ds";
  static final String INDEX = "datatrove/train.ds.index";
  static final String METADATA = "datatrove/train.ds.metadata";

  @Override
  public ShardFormat format() {
    return ShardFormat.DATATROVE;
  }

  @Override
  public int tokenBytes() {
    return inputs.documents().tokenBytes();
  }

  @Override
  public TokenWriter open(ShardFiles files, int shard) throws IOException {
    long first = inputs.layout().sequence(shard, 0) * inputs.sequenceLength();
    TokenWriter tokens =
        new BareTokenWriter(files.createStretch(inputs.path(DATA)), tokenBytes(), tokenBytes());
    DocumentEnds ends = new DocumentEnds(first);
    DocumentSpans spans = new DocumentSpans(ends);
    ends.out = new LittleEndianOutput(files.createStretch(inputs.path(INDEX)));
    return new SpanWriter(tokens, tokenBytes(), spans, ends.out);
  }

  @Override
  public List<PackedFile> finish(PackFolder folder) throws IOException {
    long rows = rows();
    long padding = rows * (inputs.sequenceLength() + 1) - sequenceTokens();
    byte[] endOfText =
        new MegatronLayout(1, tokenBytes()).lastDocument(inputs.documents().endOfText());
    PackedFile data =
        new JoinedFile(folder, format(), inputs.path(DATA), inputs.shardList())
            .write(
                out -> {
                  for (long i = 0; i < padding; i++) {
                    out.write(endOfText);
                  }
                });
    PackedFile index =
        new JoinedFile(folder, format(), inputs.path(INDEX), inputs.shardList()).write(out -> {});
    String text =
        String.format(
            "%s|%d%n%d%n%s",
            inputs.documents().tokenizer(),
            tokenBytes(),
            sequenceTokens() + padding,
            metric(sequenceTokens() + padding));
    return List.of(
        data,
        index,
        folder.write(
            format(),
            inputs.path(METADATA),
            out -> out.write(text.getBytes(StandardCharsets.UTF_8))));
  }

  /** Writes where documents end in the stream. */
  private static final class DocumentEnds implements DocumentSpans.Sink {
    private final long first;
    private LittleEndianOutput out;

    DocumentEnds(long first) {
      this.first = first;
    }

    @Override
    public void span(long begin, long end, boolean ends) throws IOException {
      if (ends) {
        out.writeLong(first + end);
      }
    }
  }

  private long sequenceTokens() {
    return inputs.layout().total() * inputs.sequenceLength();
  }

  /** Rows of S + 1 tokens, the last one filled with end-of-text. */
  long rows() {
    long row = inputs.sequenceLength() + 1L;
    return (sequenceTokens() + row - 1) / row;
  }

  /** A count of tokens for people, as {@code 1.23 MT}. */
  static String metric(long tokens) {
    int thousands = 0;
    double value = tokens;
    for (; value >= 1000; value /= 1000) {
      thousands++;
    }
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    String prefix = thousands == 0 ? "" : "kMGTPE".substring(thousands - 1, thousands);
    return String.format(Locale.ROOT, "%." + digits + "f %sT", value, prefix);
  }

  @Override
  public ReaderSettings readerSettings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("data_folder", inputs.path("datatrove"));
    settings.put("seq_len", Integer.toString(inputs.sequenceLength()));
    settings.put("token_size", Integer.toString(tokenBytes()));
    settings.put("shuffle", "False");
    settings.put("sampler", "DistributedSampler(shuffle=False) or SequentialSampler");
    if (inputs.boundaries()) {
      settings.put("return_positions", "True");
    }
    return new ReaderSettings(
        format(),
        "datatrove.utils.dataset.DatatroveFolderDataset",
        settings,
        "A row holds seq_len + 1 tokens of the stream and shares none with the next, so step k of G"
            + " rows begins at stream token k * G * (seq_len + 1), a little further than in the"
            + " other formats.");
  }
}
