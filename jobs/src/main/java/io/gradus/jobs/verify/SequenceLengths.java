package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ParquetRows;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;

/**
 * The column {@code seq_lengths} of a Parquet shard: how many tokens of each sequence belong to
 * which document, or part of one, padding last. Compared sequence by sequence as the walk goes on.
 */
final class SequenceLengths implements Closeable {
  static final String COLUMN = "seq_lengths";

  private final PackedFile file;
  private final int sequenceLength;
  private final ParquetFileReader reader;
  private final MessageType schema;
  private final List<Integer> expected = new ArrayList<>();
  private ColumnReader values;
  private long rowsLeft;
  private long cut;
  private long wrong;
  private String problem = "";

  private SequenceLengths(
      PackedFile file, int sequenceLength, ParquetFileReader reader, MessageType schema) {
    this.file = file;
    this.sequenceLength = sequenceLength;
    this.reader = reader;
    this.schema = schema;
  }

  /**
   * Opens the column.
   *
   * @throws IOException when the file has none
   */
  static SequenceLengths open(PackedFile file, Path path, int sequenceLength, Configuration hadoop)
      throws IOException {
    ParquetFileReader reader = ParquetRows.open(hadoop, path);
    MessageType all = reader.getFileMetaData().getSchema();
    if (!all.containsField(COLUMN)) {
      reader.close();
      throw new IOException("it has no column " + COLUMN);
    }
    MessageType schema = new MessageType(all.getName(), all.getType(COLUMN));
    reader.setRequestedSchema(schema);
    return new SequenceLengths(file, sequenceLength, reader, schema);
  }

  String path() {
    return file.path();
  }

  /** The shard goes on to a token, without a border between documents. */
  void to(long token) throws IOException {
    while ((cut / sequenceLength + 1) * sequenceLength <= token) {
      cutAt((cut / sequenceLength + 1) * sequenceLength);
      compare();
    }
  }

  /** A document ends there, or was cut to be packed. */
  void closeAt(long token) throws IOException {
    to(token);
    cutAt(token);
  }

  private void cutAt(long token) {
    if (token > cut) {
      expected.add((int) (token - cut));
      cut = token;
    }
  }

  private void compare() throws IOException {
    List<Integer> found = next();
    if (!found.equals(expected) && wrong++ == 0) {
      problem =
          String.format(
              "sequence %,d: %s is %s instead of %s",
              cut / sequenceLength - 1, COLUMN, found, expected);
    }
    expected.clear();
  }

  private List<Integer> next() throws IOException {
    if (rowsLeft == 0) {
      PageReadStore pages = reader.readNextRowGroup();
      if (pages == null) {
        return List.of();
      }
      values =
          new ColumnReadStoreImpl(
                  pages,
                  new ParquetSequences.NoRecords(2),
                  schema,
                  reader.getFileMetaData().getCreatedBy())
              .getColumnReader(schema.getColumns().get(0));
      rowsLeft = pages.getRowCount();
    }
    List<Integer> lengths = new ArrayList<>();
    do {
      if (values.getCurrentDefinitionLevel() == 1) {
        lengths.add(values.getInteger());
      }
      values.consume();
    } while (values.getCurrentRepetitionLevel() != 0);
    rowsLeft--;
    return lengths;
  }

  /** Tells what was found. */
  void finish(Findings findings) {
    findings.checked(Check.STRUCTURE, 1);
    if (wrong > 0) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "",
          problem + (wrong > 1 ? String.format(", and %,d more are wrong", wrong - 1) : ""));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
