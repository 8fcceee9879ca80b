package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.netpreserve.jwarc.WarcReader;
import org.netpreserve.jwarc.WarcRecord;

/**
 * Common Crawl's extracted text: the {@code conversion} records of a WARC file. {@code external_id}
 * is the page's address; {@code meta} holds the headers that say something about the page, and
 * {@code source-field} may name one of the headers.
 */
final class WetFile implements RecordReader {
  private static final String CONVERSION = "conversion";
  private static final String ADDRESS = "WARC-Target-URI";
  private static final List<String> KEPT_HEADERS =
      List.of("WARC-Date", "WARC-Identified-Content-Language", "WARC-Refers-To");

  private final InputFile file;
  private final WarcReader warc;
  private final Input input;
  private final DocumentRules rules;

  WetFile(InputStream in, InputFile file, Input input, DocumentRules rules) throws IOException {
    this.warc = new WarcReader(in);
    this.file = file;
    this.input = input;
    this.rules = rules;
  }

  @Override
  public Optional<Outcome> next() throws IOException {
    while (true) {
      Optional<WarcRecord> next = warc.next();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      if (next.get().type().equals(CONVERSION)) {
        return Optional.of(read(next.get()));
      }
    }
  }

  private Outcome read(WarcRecord warcRecord) throws IOException {
    LongBytes body = new LongBytes();
    String source = source(warcRecord);
    try {
      long size = warcRecord.body().size();
      if (size > rules.maxRecordSize()) {
        throw rules.tooLarge(size);
      }
      body = LongBytes.read(warcRecord.body().stream(), Integer.MAX_VALUE);
      if (body.length() < size) {
        throw new EOFException("the file ends inside a record");
      }
      String address = header(warcRecord, ADDRESS);
      StrictUtf8.check(body);
      return rules.document(source, address, body, null, meta(warcRecord));
    } catch (Rejected e) {
      return new BadRecord(
          source == null ? BadRecord.UNKNOWN_SOURCE : source,
          e.reason(),
          Place.atByte(file.path(), position()),
          e.getMessage(),
          Excerpt.of(body));
    }
  }

  private String source(WarcRecord warcRecord) {
    return input.hasSourceField() ? header(warcRecord, input.sourceField()) : input.source();
  }

  private static String meta(WarcRecord warcRecord) {
    ObjectNode meta = ExactJson.newObject();
    for (String name : KEPT_HEADERS) {
      String value = header(warcRecord, name);
      if (value != null) {
        meta.put(name, value);
      }
    }
    return ExactJson.write(meta);
  }

  private static String header(WarcRecord warcRecord, String name) {
    return warcRecord.headers().first(name).orElse(null);
  }

  @Override
  public long position() {
    return warc.position();
  }

  @Override
  public void close() throws IOException {
    warc.close();
  }
}
