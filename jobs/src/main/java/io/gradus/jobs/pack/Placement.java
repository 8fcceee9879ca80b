package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Rows of the {@link PlacementTable}: narrow, one for each document or part of one. */
final class Placement {
  static final StructType SCHEMA =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(SelectionTable.REPEAT, DataTypes.IntegerType, false)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType, false)
          .add(OrderTable.POSITION, DataTypes.LongType, false)
          .add(OrderTable.TOKEN_OFFSET, DataTypes.LongType, false)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType, true)
          .add(SelectionTable.SCORE, DataTypes.DoubleType, false)
          .add(PlacementTable.FIRST_TOKEN, DataTypes.LongType, false)
          .add(PlacementTable.PART_TOKENS, DataTypes.LongType, false)
          .add(PlacementTable.STREAM_START, DataTypes.LongType, false);

  private static final int ORDER_COLUMNS = 8;

  private Placement() {}

  /** The order's columns that the placement keeps. */
  static Column[] orderColumns() {
    return Arrays.stream(SCHEMA.fieldNames())
        .limit(ORDER_COLUMNS)
        .map(name -> col(name))
        .toArray(Column[]::new);
  }

  /** Documents one after the other, each whole. */
  static Dataset<Row> concatenated(Dataset<Row> order, DocumentMarks marks) {
    return order
        .select(orderColumns())
        .withColumn(PlacementTable.FIRST_TOKEN, lit(0L))
        .withColumn(
            PlacementTable.PART_TOKENS,
            col(DocumentsTable.N_TOKENS).plus(lit((long) marks.tokens())))
        .withColumn(
            PlacementTable.STREAM_START,
            col(OrderTable.TOKEN_OFFSET)
                .plus(col(OrderTable.POSITION).multiply(lit((long) marks.tokens()))));
  }

  /** A row of the placement from one of {@link #orderColumns}. */
  static Row row(Row ordered, long first, long tokens, long start) {
    Object[] values = new Object[SCHEMA.size()];
    for (int column = 0; column < ORDER_COLUMNS; column++) {
      values[column] = ordered.get(column);
    }
    values[ORDER_COLUMNS] = first;
    values[ORDER_COLUMNS + 1] = tokens;
    values[ORDER_COLUMNS + 2] = start;
    return RowFactory.create(values);
  }
}
