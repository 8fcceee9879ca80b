package io.gradus.jobs.ingest;

import io.gradus.jobs.ingest.IngestConfig.Input;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A plain text: the whole file is one document, its {@code external_id} the relative path. */
final class TextFile implements RecordReader {
  private final InputFile file;
  private final InputStream in;
  private final Input input;
  private final DocumentRules rules;
  private boolean read;

  TextFile(InputStream in, InputFile file, Input input, DocumentRules rules) {
    this.in = in;
    this.file = file;
    this.input = input;
    this.rules = rules;
  }

  @Override
  public Optional<Outcome> next() throws IOException {
    if (read) {
      return Optional.empty();
    }
    LongBytes bytes = LongBytes.read(in, Math.toIntExact(rules.maxRecordSize() + 1));
    read = true;
    try {
      if (bytes.length() > rules.maxRecordSize()) {
        throw rules.tooLarge(bytes.length());
      }
      StrictUtf8.check(bytes);
      return Optional.of(rules.document(input.source(), file.relativePath(), bytes, null, null));
    } catch (Rejected e) {
      return Optional.of(
          new BadRecord(
              input.source(),
              e.reason(),
              Place.atByte(file.path(), 0),
              e.getMessage(),
              Excerpt.of(bytes)));
    }
  }

  @Override
  public long position() {
    return 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
