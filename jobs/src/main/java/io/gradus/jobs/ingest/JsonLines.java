package io.gradus.jobs.ingest;

import io.gradus.jobs.ingest.IngestConfig.Input;
import io.gradus.jobs.ingest.LineReader.Line;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;

/** JSONL: one record a line; blank lines are no records. A byte order mark is skipped. */
final class JsonLines implements RecordReader {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private final LineReader lines;
  private final String path;
  private final long end;
  private final String source;
  private final JsonRecords records;
  private final DocumentRules rules;
  private long position;

  /**
   * Reads the lines that begin in a split.
   *
   * @param in the unpacked file from {@link #firstByte} on
   */
  JsonLines(InputStream in, Split split, Input input, DocumentRules rules) throws IOException {
    InputFile file = split.file();
    this.lines = new LineReader(in, firstByte(split), rules.maxRecordSize());
    this.path = file.path();
    this.end = file.compression() == Compression.NONE ? split.end() : Long.MAX_VALUE;
    this.source = input.hasSourceField() ? BadRecord.UNKNOWN_SOURCE : input.source();
    this.records = new JsonRecords(input, rules);
    this.rules = rules;
    if (split.start() > 0) {
      // A line that does not end here belongs to an earlier split as a whole.
      lines.skipLine(end);
    }
  }

  /** The byte before the split: it tells whether a line begins with the split. */
  static long firstByte(Split split) {
    return Math.max(0, split.start() - 1);
  }

  @Override
  public Optional<Outcome> next() throws IOException {
    while (lines.offset() < end) {
      position = lines.offset();
      Optional<Line> line = lines.next();
      if (line.isEmpty()) {
        return Optional.empty();
      }
      if (!line.get().isBlank()) {
        return Optional.of(read(line.get()));
      }
    }
    return Optional.empty();
  }

  private Outcome read(Line line) {
    Place place = Place.atByte(path, line.offset());
    if (line.length() > rules.maxRecordSize()) {
      Rejected tooLarge = rules.tooLarge(line.length());
      return new BadRecord(
          source, tooLarge.reason(), place, tooLarge.getMessage(), Excerpt.of(line.bytes()));
    }
    if (line.offset() == 0
        && Arrays.equals(line.bytes().head(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
      line.bytes().dropFirst(BYTE_ORDER_MARK.length);
    }
    return records.read(line.bytes(), place);
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
