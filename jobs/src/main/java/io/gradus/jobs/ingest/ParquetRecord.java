package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.table.FieldPath;
import java.net.URI;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/**
 * Makes documents of the rows that {@link ParquetInput} selects.
 *
 * @param used the fields that are read into columns of their own
 */
record ParquetRecord(List<String> used, DocumentRules rules) {

  Outcome read(Row row) {
    byte[] text = row.getAs(ParquetInput.TEXT);
    String source = row.getAs(ParquetInput.SOURCE);
    try {
      return rules.document(
          source,
          row.getAs(ParquetInput.ID),
          text(text),
          tokens(row),
          meta(row.getAs(ParquetInput.REST)));
    } catch (Rejected e) {
      return new BadRecord(
          source == null ? BadRecord.UNKNOWN_SOURCE : source,
          e.reason(),
          place(row),
          e.getMessage(),
          text == null ? "" : Excerpt.of(text));
    }
  }

  /** Spark gives the file as an encoded URI; elsewhere it is shown as a plain path. */
  private static Place place(Row row) {
    String file = new Path(URI.create(row.getAs(ParquetInput.PATH))).toString();
    return Place.atRow(file, row.<Long>getAs(ParquetInput.ROW_INDEX));
  }

  private LongBytes text(byte[] text) throws Rejected {
    if (text == null) {
      return null;
    }
    if (text.length > rules.maxRecordSize()) {
      throw rules.tooLarge(text.length);
    }
    LongBytes utf8 = LongBytes.of(text);
    StrictUtf8.check(utf8);
    return utf8;
  }

  private static int[] tokens(Row row) throws Rejected {
    if (row.isNullAt(row.fieldIndex(ParquetInput.TOKENS))) {
      return null;
    }
    List<Long> list = row.getList(row.fieldIndex(ParquetInput.TOKENS));
    int[] tokens = new int[list.size()];
    for (int i = 0; i < tokens.length; i++) {
      Long token = list.get(i);
      if (token == null || token != token.intValue()) {
        throw new Rejected(Reason.BAD_TOKENS, "token number " + i + " is no 32-bit whole number");
      }
      tokens[i] = token.intValue();
    }
    return tokens;
  }

  /** Fields that were read from inside a nested column are taken out of it. */
  private String meta(String rest) throws Rejected {
    if (rest == null) {
      return null;
    }
    ObjectNode object = ExactJson.readObject(rest);
    used.forEach(field -> new FieldPath(field).remove(object));
    return ExactJson.write(object);
  }
}
