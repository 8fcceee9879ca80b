package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * The documents of one bucket that a rater gave no score: {@code doc_id} (their digest), {@code
 * source}, {@code rater}, {@code rater_digest}, {@code reason} and {@code detail}. There is no file
 * for a bucket in which everything has scores.
 */
final class QuarantineFile implements AutoCloseable {
  private static final String RATER = "rater";
  private static final String RATER_DIGEST = "rater_digest";
  private static final String REASON = "reason";
  private static final MessageType SCHEMA =
      Types.buildMessage()
          .addField(Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID))
          .addField(string(DocumentsTable.SOURCE))
          .addField(string(RATER))
          .addField(string(RATER_DIGEST))
          .addField(string(REASON))
          .addField(string(RaterFile.DETAIL))
          .named("quarantine");

  private final Configuration hadoop;
  private final Path path;
  private final SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
  private ParquetWriter<Group> writer;

  /** A file that is made with its first row. */
  QuarantineFile(Configuration hadoop, Path path) {
    this.hadoop = hadoop;
    this.path = path;
  }

  private static org.apache.parquet.schema.Type string(String name) {
    return Types.required(PrimitiveTypeName.BINARY)
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }

  /** Writes a row for each rater that failed. */
  void write(List<RaterFile.Row> rated, List<PlannedRater> raters) throws IOException {
    for (int i = 0; i < raters.size(); i++) {
      Optional<Rating.Failure> failure = rated.get(i).rating().whyMissing();
      if (failure.isPresent()) {
        write(rated.get(i).document(), raters.get(i), failure.get());
      }
    }
  }

  private void write(RatedDocument document, PlannedRater rater, Rating.Failure failure)
      throws IOException {
    if (writer == null) {
      writer = ParquetRows.write(hadoop, path, SCHEMA);
    }
    Group row = rows.newGroup();
    row.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(document.docId()));
    row.add(DocumentsTable.SOURCE, document.source());
    row.add(RATER, rater.name());
    row.add(RATER_DIGEST, rater.digest());
    row.add(REASON, failure.reason());
    row.add(RaterFile.DETAIL, failure.detail());
    writer.write(row);
  }

  boolean isEmpty() {
    return writer == null;
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
