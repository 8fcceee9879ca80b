package io.gradus.common.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Files of the ratings table, read one after the other as columns, each with the topics table's
 * file of the same rows beside it where topics are asked for.
 */
public final class RatingBatches implements Closeable {
  private static final StructType PLAIN =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType);

  private static final StructType TOPICS =
      new StructType().add(TopicsTable.TOPIC, DataTypes.IntegerType);

  /** At most so many rows come in one batch. */
  public static final int ROWS = ParquetColumns.ROWS;

  private final Configuration hadoop;
  private final List<RatingFile> files;
  private final List<String> columns;
  private final List<String> criteria;
  private final SourceIndex sources;
  private final RatingBatch batch;
  private int nextFile;
  private ParquetColumns ratings;
  private ParquetColumns topics;

  /**
   * A file of the ratings.
   *
   * @param ratings its path
   * @param topics the path of the topics of the same rows in the same order; empty when there are
   *     none
   */
  public record RatingFile(String ratings, String topics) implements java.io.Serializable {}

  /**
   * Opens files.
   *
   * @param columns those of the document's id, source, tokens and topic to read beside the criteria
   * @param criteria the columns that hold scores, in the order of {@link RatingBatch#scores}
   * @param sources numbers the sources
   */
  public RatingBatches(
      Configuration hadoop,
      List<RatingFile> files,
      List<String> columns,
      List<String> criteria,
      SourceIndex sources) {
    this.hadoop = hadoop;
    this.files = List.copyOf(files);
    this.columns = List.copyOf(columns);
    this.criteria = List.copyOf(criteria);
    this.sources = sources;
    this.batch = new RatingBatch(ROWS, criteria.size());
  }

  /** The next rows, or nothing after the last file's last ones. */
  public Optional<RatingBatch> next() throws IOException {
    while (true) {
      if (ratings == null) {
        if (nextFile == files.size()) {
          return Optional.empty();
        }
        open(files.get(nextFile++));
      }
      Optional<ColumnarBatch> rows = ratings.next();
      Optional<ColumnarBatch> topicRows = topics == null ? Optional.empty() : topics.next();
      if (topics != null
          && rows.map(ColumnarBatch::numRows).orElse(0)
              != topicRows.map(ColumnarBatch::numRows).orElse(0).intValue()) {
        throw new IllegalStateException(
            "Ratings and topics have different rows: " + files.get(nextFile - 1));
      }
      if (rows.isPresent()) {
        fill(rows.get());
        topicRows.ifPresent(this::fillTopics);
        return Optional.of(batch);
      }
      closeFile();
    }
  }

  private void open(RatingFile file) throws IOException {
    StructType ofRatings = new StructType();
    for (StructField field : PLAIN.fields()) {
      if (columns.contains(field.name())) {
        ofRatings = ofRatings.add(field);
      }
    }
    for (String criterion : criteria) {
      ofRatings = ofRatings.add(criterion, DataTypes.DoubleType);
    }
    ratings = new ParquetColumns(hadoop, new Path(file.ratings()), ofRatings);
    if (columns.contains(TopicsTable.TOPIC)) {
      topics = new ParquetColumns(hadoop, new Path(file.topics()), TOPICS);
    }
  }

  private void fill(ColumnarBatch rows) {
    int size = rows.numRows();
    batch.size = size;
    if (columns.contains(DocumentsTable.DOC_ID)) {
      fillDocIds(ratings.column(rows, DocumentsTable.DOC_ID), size);
    }
    if (columns.contains(DocumentsTable.SOURCE)) {
      ColumnVector names = ratings.column(rows, DocumentsTable.SOURCE);
      for (int row = 0; row < size; row++) {
        batch.sources[row] = sources.of(names.getUTF8String(row));
      }
    }
    if (columns.contains(DocumentsTable.N_TOKENS)) {
      ColumnVector tokens = ratings.column(rows, DocumentsTable.N_TOKENS);
      for (int row = 0; row < size; row++) {
        batch.tokens[row] = tokens.getInt(row);
      }
    }
    for (int criterion = 0; criterion < criteria.size(); criterion++) {
      ColumnVector scores = ratings.column(rows, criteria.get(criterion));
      double[] into = batch.scores[criterion];
      for (int row = 0; row < size; row++) {
        double score = scores.isNullAt(row) ? Double.NaN : scores.getDouble(row);
        into[row] = Double.isInfinite(score) ? Double.NaN : score;
      }
    }
  }

  private void fillDocIds(ColumnVector ids, int size) {
    for (int row = 0; row < size; row++) {
      // A view of the vector's bytes; getBinary would copy them.
      UTF8String id = ids.getUTF8String(row);
      Object base = id.getBaseObject();
      long offset = id.getBaseOffset();
      batch.docIdHigh[row] = Long.reverseBytes(Platform.getLong(base, offset));
      batch.docIdLow[row] = Long.reverseBytes(Platform.getLong(base, offset + Long.BYTES));
    }
  }

  private void fillTopics(ColumnarBatch rows) {
    ColumnVector column = topics.column(rows, TopicsTable.TOPIC);
    for (int row = 0; row < rows.numRows(); row++) {
      batch.topics[row] = column.getInt(row);
    }
  }

  private void closeFile() throws IOException {
    if (topics != null) {
      topics.close();
      topics = null;
    }
    if (ratings != null) {
      ratings.close();
      ratings = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
  }
}
