package io.gradus.jobs.ingest;

import io.gradus.jobs.ingest.IngestConfig.Format;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * The outcomes of several splits, one after the other. A corrupt file ends with one bad record at
 * the place where it stopped making sense; what came before it is kept.
 */
final class SplitRecords implements Iterator<Outcome>, Closeable {
  private final Configuration hadoop;
  private final Iterator<Split> splits;
  private final List<Input> inputs;
  private final DocumentRules rules;

  /** The split being read; null before the first one. */
  private Split split;

  /** Reads {@link #split}; null when that has come to its end. */
  private RecordReader reader;

  /** The outcome to give next; null when it has to be read first. */
  private Outcome ahead;

  SplitRecords(Configuration hadoop, List<Split> splits, List<Input> inputs, DocumentRules rules) {
    this.hadoop = hadoop;
    this.splits = splits.iterator();
    this.inputs = inputs;
    this.rules = rules;
  }

  @Override
  public boolean hasNext() {
    while (ahead == null && (reader != null || splits.hasNext())) {
      advance();
    }
    return ahead != null;
  }

  @Override
  public Outcome next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Outcome outcome = ahead;
    ahead = null;
    return outcome;
  }

  private void advance() {
    try {
      if (reader == null) {
        split = splits.next();
        reader = open();
      }
      Optional<Outcome> outcome = reader.next();
      if (outcome.isPresent()) {
        ahead = outcome.get();
      } else {
        close();
      }
    } catch (IOException e) {
      Input input = inputs.get(split.file().input());
      ahead =
          new BadRecord(
              input.hasSourceField() ? BadRecord.UNKNOWN_SOURCE : input.source(),
              Reason.UNREADABLE,
              Place.atByte(split.file().path(), reader == null ? 0 : reader.position()),
              "the file is corrupt from here on: " + e.getMessage(),
              "");
      close();
    }
  }

  private RecordReader open() throws IOException {
    InputFile file = split.file();
    Input input = inputs.get(file.input());
    long from = file.format() == Format.JSONL ? JsonLines.firstByte(split) : 0;
    InputStream in = UnpackedStream.open(hadoop, file, from);
    try {
      return switch (file.format()) {
        case JSONL -> new JsonLines(in, split, input, rules);
        case TEXT -> new TextFile(in, file, input, rules);
        case WET -> new WetFile(in, file, input, rules);
        case PARQUET, AUTO -> throw new IllegalStateException(split.toString());
      };
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        reader = null;
      }
    }
  }
}
