package io.gradus.jobs.ingest;

import static io.gradus.common.table.DocumentsTable.DOC_ID;
import static io.gradus.common.table.DocumentsTable.N_BYTES;
import static io.gradus.common.table.DocumentsTable.N_TOKENS;
import static io.gradus.common.table.DocumentsTable.SOURCE;
import static io.gradus.common.table.DocumentsTable.TEXT;
import static io.gradus.jobs.ingest.DocumentRows.LONG_TEXT;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes one bucket inside a task: drops duplicates, tokenizes what stays, merges it with the rows
 * of an earlier table, and gives the file its name when it is whole. Beside it goes a list of the
 * documents that the earlier table did not have.
 */
final class BucketWriter implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String table;
  private final String newDocuments;
  private final EarlierBuckets earlier;
  private final LongTextFiles longTexts;
  private final int tokenBytes;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final Broadcast<SharedTokenizer> tokenizer;
  private final LongAccumulator recordsDone;
  private final LongAccumulator tokensDone;

  /**
   * A writer of all buckets.
   *
   * @param newDocuments the folder for the ids of new documents; empty where all are new
   */
  BucketWriter(
      Path table,
      String newDocuments,
      EarlierBuckets earlier,
      LongTextFiles longTexts,
      int tokenBytes,
      Broadcast<SerializableConfiguration> hadoop,
      Broadcast<SharedTokenizer> tokenizer,
      LongAccumulator recordsDone,
      LongAccumulator tokensDone) {
    this.table = table.toString();
    this.newDocuments = newDocuments;
    this.earlier = earlier;
    this.longTexts = longTexts;
    this.tokenBytes = tokenBytes;
    this.hadoop = hadoop;
    this.tokenizer = tokenizer;
    this.recordsDone = recordsDone;
    this.tokensDone = tokensDone;
  }

  /** A bucket's file: the number between the first two hyphens is the bucket's. */
  static String fileName(int bucket) {
    return String.format(Locale.ROOT, "part-%05d-documents.parquet", bucket);
  }

  /** Writes the new rows of one bucket, which come {@link DocumentRows#SURVIVOR_FIRST}. */
  WrittenBuckets write(Iterator<Row> rows) throws IOException {
    WrittenBuckets written = new WrittenBuckets();
    DistinctDocuments documents =
        new DistinctDocuments(rows, duplicate -> countDuplicate(duplicate, written));
    Optional<DistinctDocuments.Survivor> next = documents.next();
    if (next.isEmpty()) {
      return written;
    }
    int bucket = next.get().row().<Integer>getAs(DocumentRows.BUCKET);
    Configuration configuration = hadoop.value().value();
    Path file = new Path(table, fileName(bucket));
    Path temporary = AtomicFile.temporary(file);
    FileSystem fileSystem = file.getFileSystem(configuration);
    try (NewIds ids = new NewIds(configuration, newDocuments, bucket)) {
      try (BucketFile writer = new BucketFile(configuration, temporary);
          EarlierBuckets.Rows before = earlier.open(configuration, bucket)) {
        for (; next.isPresent(); next = documents.next()) {
          DistinctDocuments.Survivor document = next.get();
          if (document.row().<Integer>getAs(DocumentRows.BUCKET) != bucket) {
            throw new IllegalStateException("Rows of two buckets in one partition");
          }
          byte[] docId = document.docId();
          for (Optional<Group> row = before.before(docId);
              row.isPresent();
              row = before.before(docId)) {
            writer.write(row.get());
          }
          Optional<Group> same = before.same(docId);
          if (same.isEmpty()) {
            writeDocument(writer, document, written);
            ids.write(docId);
          } else if (document.replaces(same.get(), row -> encode(text(row)))) {
            countReplaced(same.get(), written);
            writeDocument(writer, document, written);
          } else {
            writer.write(same.get());
            countDuplicate(document.row(), written);
          }
        }
        for (Optional<Group> row = before.next(); row.isPresent(); row = before.next()) {
          writer.write(row.get());
        }
        writer.finish();
        written.addEarlierRows(before.taken());
      }
      ids.commit();
      AtomicFile.commit(fileSystem, temporary, file);
    } finally {
      fileSystem.delete(temporary, false);
    }
    return written;
  }

  private Binary encode(Binary text) {
    return new TextTokens(tokenizer.value().get(), tokenBytes).encode(text);
  }

  /** May be null. */
  private Binary text(Row row) {
    String longText = row.getAs(LONG_TEXT);
    if (longText != null) {
      return longTexts.read(longText);
    }
    byte[] text = row.getAs(TEXT);
    return text == null ? null : Binary.fromConstantByteArray(text);
  }

  private void countDuplicate(Row row, WrittenBuckets written) {
    written.sources().add(row.getAs(SOURCE), SourceCounts.ofDuplicate());
    recordsDone.add(1);
  }

  private static void countReplaced(Group row, WrittenBuckets written) {
    written
        .sources()
        .add(
            row.getString(SOURCE, 0),
            SourceCounts.ofReplaced(row.getInteger(N_BYTES, 0), row.getInteger(N_TOKENS, 0)));
    written.addReplaced();
  }

  private void writeDocument(
      BucketFile writer, DistinctDocuments.Survivor document, WrittenBuckets written)
      throws IOException {
    Row row = document.row();
    Binary text = text(row);
    Binary tokens = document.tokens(other -> encode(other == row ? text : text(other)));
    writer.write(DocumentRows.table(row, text, tokens, tokenBytes));
    long count = tokens.length() / tokenBytes;
    written
        .sources()
        .add(row.getAs(SOURCE), SourceCounts.ofDocument(row.<Integer>getAs(N_BYTES), count));
    recordsDone.add(1);
    tokensDone.add(count);
  }

  /** The file of a bucket's new documents, which is made with its first row. */
  private static final class NewIds implements AutoCloseable {
    private static final MessageType SCHEMA =
        Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .named(DOC_ID)
            .named("new_documents");

    private final Configuration hadoop;
    private final String folder;
    private final Path file;
    private final Path temporary;
    private ParquetWriter<Group> writer;

    NewIds(Configuration hadoop, String folder, int bucket) {
      this.hadoop = hadoop;
      this.folder = folder;
      this.file = folder.isEmpty() ? null : new Path(folder, fileName(bucket));
      this.temporary = folder.isEmpty() ? null : AtomicFile.temporary(file);
    }

    void write(byte[] docId) throws IOException {
      if (folder.isEmpty()) {
        return;
      }
      if (writer == null) {
        writer = ParquetRows.write(hadoop, temporary, SCHEMA);
      }
      Group row = new SimpleGroup(SCHEMA);
      row.add(DOC_ID, Binary.fromConstantByteArray(docId));
      writer.write(row);
    }

    void commit() throws IOException {
      if (writer != null) {
        writer.close();
        writer = null;
        AtomicFile.commit(file.getFileSystem(hadoop), temporary, file);
      }
    }

    @Override
    public void close() throws IOException {
      if (writer != null) {
        writer.close();
        temporary.getFileSystem(hadoop).delete(temporary, false);
      }
    }
  }
}
