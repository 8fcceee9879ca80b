package io.gradus.jobs.order;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetColumns;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SourceIndex;
import io.gradus.common.table.TopicsTable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** Reads a file of the selection, at most {@value #CHUNK} rows at a time. */
final class SelectionRows implements AutoCloseable {
  private static final StructType COLUMNS =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(TopicsTable.TOPIC, DataTypes.IntegerType)
          .add(SelectionTable.REPEAT, DataTypes.IntegerType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType)
          .add(SelectionTable.SCORE, DataTypes.DoubleType);

  private static final int CHUNK = 1 << 18;

  private final ParquetColumns file;
  private final SourceIndex sources;

  SelectionRows(Configuration hadoop, String path, List<String> sources) throws IOException {
    this.file = new ParquetColumns(hadoop, new Path(path), COLUMNS);
    this.sources = new SourceIndex(sources);
  }

  /** The next rows, without ranking, or nothing at the end. */
  Optional<Rows> next() throws IOException {
    Rows rows = new Rows(CHUNK, 0);
    int size = 0;
    while (size + ParquetColumns.ROWS <= CHUNK) {
      Optional<ColumnarBatch> batch = file.next();
      if (batch.isEmpty()) {
        break;
      }
      read(batch.get(), rows, size);
      size += batch.get().numRows();
    }
    return size == 0 ? Optional.empty() : Optional.of(rows.first(size));
  }

  private void read(ColumnarBatch batch, Rows rows, int first) {
    ColumnVector ids = file.column(batch, DocumentsTable.DOC_ID);
    ColumnVector names = file.column(batch, DocumentsTable.SOURCE);
    ColumnVector topics = file.column(batch, TopicsTable.TOPIC);
    ColumnVector repeats = file.column(batch, SelectionTable.REPEAT);
    ColumnVector tokens = file.column(batch, DocumentsTable.N_TOKENS);
    ColumnVector scores = file.column(batch, SelectionTable.SCORE);
    for (int i = 0; i < batch.numRows(); i++) {
      int row = first + i;
      // A view of the vector's bytes; getBinary would copy them.
      UTF8String id = ids.getUTF8String(i);
      Object base = id.getBaseObject();
      long offset = id.getBaseOffset();
      rows.docIdHigh[row] = Long.reverseBytes(Platform.getLong(base, offset));
      rows.docIdLow[row] = Long.reverseBytes(Platform.getLong(base, offset + Long.BYTES));
      rows.source[row] = sources.of(names.getUTF8String(i));
      rows.topic[row] = topics.isNullAt(i) ? RankedDocument.NO_TOPIC : topics.getInt(i);
      rows.repeat[row] = repeats.getInt(i);
      rows.tokens[row] = tokens.getInt(i);
      rows.score[row] = scores.getDouble(i);
    }
  }

  /** The names of the sources by number: those given, and those that were met beside them. */
  List<String> sources() {
    return sources.names();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
