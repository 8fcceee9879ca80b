package io.gradus.jobs.verify;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PlacementTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The sources of a sequence's tokens. */
final class SequenceSources {
  static final String TOKENS = "tokens";

  static final StructType SCHEMA =
      new StructType()
          .add(StepRange.SEQUENCE, DataTypes.LongType, false)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, false)
          .add(TOKENS, DataTypes.LongType, false);

  private SequenceSources() {}

  /** The sequences that a piece of the stream lies in, with how many of its tokens each has. */
  static List<Row> of(Row piece, int sequenceLength) {
    String source = piece.getAs(DocumentsTable.SOURCE);
    long start = piece.<Long>getAs(PlacementTable.STREAM_START);
    long end = start + piece.<Number>getAs(PlacementTable.PART_TOKENS).longValue();
    List<Row> rows = new ArrayList<>();
    for (long from = start; from < end; ) {
      long sequence = from / sequenceLength;
      long to = Math.min(end, (sequence + 1) * sequenceLength);
      rows.add(RowFactory.create(sequence, source, to - from));
      from = to;
    }
    return rows;
  }
}
