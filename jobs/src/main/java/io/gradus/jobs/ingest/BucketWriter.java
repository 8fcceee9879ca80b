package io.gradus.jobs.ingest;

import static io.gradus.common.table.DocumentsTable.DOC_ID;
import static io.gradus.common.table.DocumentsTable.N_BYTES;
import static io.gradus.common.table.DocumentsTable.SOURCE;
import static io.gradus.common.table.DocumentsTable.TEXT;
import static io.gradus.common.table.DocumentsTable.TOKENS;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes one bucket inside a task: drops duplicates, tokenizes what stays, and gives the file its
 * name when it is whole.
 */
final class BucketWriter implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String table;
  private final int tokenBytes;
  private final Broadcast<SerializableConfiguration> hadoop;
  private final Broadcast<SharedTokenizer> tokenizer;
  private final LongAccumulator recordsDone;
  private final LongAccumulator tokensDone;

  BucketWriter(
      Path table,
      int tokenBytes,
      Broadcast<SerializableConfiguration> hadoop,
      Broadcast<SharedTokenizer> tokenizer,
      LongAccumulator recordsDone,
      LongAccumulator tokensDone) {
    this.table = table.toString();
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

  /** Writes the rows of one bucket, which come {@link DocumentRows#SURVIVOR_FIRST}. */
  SourceTotals write(Iterator<Row> rows) throws IOException {
    SourceTotals totals = new SourceTotals();
    if (!rows.hasNext()) {
      return totals;
    }
    Row first = rows.next();
    int bucket = first.<Integer>getAs(DocumentRows.BUCKET);
    Configuration configuration = hadoop.value().value();
    Path file = new Path(table, fileName(bucket));
    Path temporary = AtomicFile.temporary(file);
    FileSystem fileSystem = file.getFileSystem(configuration);
    try {
      try (ParquetWriter<Group> writer =
          ParquetRows.write(configuration, temporary, DocumentRows.TABLE)) {
        writeDocument(writer, first, totals);
        byte[] previous = first.getAs(DOC_ID);
        while (rows.hasNext()) {
          Row row = rows.next();
          if (row.<Integer>getAs(DocumentRows.BUCKET) != bucket) {
            throw new IllegalStateException("Rows of two buckets in one partition");
          }
          byte[] docId = row.getAs(DOC_ID);
          if (Arrays.equals(docId, previous)) {
            totals.add(row.getAs(SOURCE), SourceCounts.ofDuplicate());
            recordsDone.add(1);
          } else {
            writeDocument(writer, row, totals);
            previous = docId;
          }
        }
      }
      AtomicFile.commit(fileSystem, temporary, file);
    } finally {
      fileSystem.delete(temporary, false);
    }
    return totals;
  }

  private void writeDocument(ParquetWriter<Group> writer, Row row, SourceTotals totals)
      throws IOException {
    byte[] tokens = row.getAs(TOKENS);
    if (tokens == null) {
      String text = row.getAs(TEXT);
      tokens = TokenBytes.encode(tokenizer.value().get().encode(text), tokenBytes);
    }
    writer.write(DocumentRows.table(row, tokens, tokenBytes));
    long count = tokens.length / tokenBytes;
    totals.add(row.getAs(SOURCE), SourceCounts.ofDocument(row.<Integer>getAs(N_BYTES), count));
    recordsDone.add(1);
    tokensDone.add(count);
  }
}
