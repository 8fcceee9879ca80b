package io.gradus.jobs.rate;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * One rater's scores of the chunks of one bucket: {@code doc_id}, {@code chunk} (from 0), {@code
 * start} and {@code tokens} in the rater's tokens, and the rater's criteria; documents in the
 * bucket's order. Documents without a score have no rows.
 */
final class ChunkFile {
  static final String CHUNK = "chunk";
  static final String START = "start";
  static final String TOKENS = "tokens";

  private ChunkFile() {}

  /** The name of a bucket's file, beside the rater's own. */
  static String fileName(int bucket) {
    return String.format("chunks-%05d.parquet", bucket);
  }

  /** Takes a document's rating. */
  interface Writer extends AutoCloseable {
    void write(RatedDocument document, Rating rating) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Opens a file, or nothing where the rater keeps no chunks' scores. */
  static Writer writer(Configuration hadoop, Path path, PlannedRater rater) throws IOException {
    return rater.keepsChunks() ? new RowWriter(hadoop, path, rater.criteria()) : new NoWriter();
  }

  /** Reads chunks' scores document by document. */
  static final class Reader implements AutoCloseable {
    private final List<String> criteria;
    private final ParquetRows.Reader reader;
    private Optional<Group> ahead;

    Reader(Configuration hadoop, Path path, List<String> criteria) throws IOException {
      List<String> columns = new ArrayList<>(List.of(DocumentsTable.DOC_ID, CHUNK, START, TOKENS));
      columns.addAll(criteria);
      this.criteria = criteria;
      this.reader = ParquetRows.read(hadoop, path, columns.toArray(String[]::new));
      this.ahead = reader.next();
    }

    /** The chunks of a document, which comes after those that were asked for before. */
    List<Rating.ChunkScores> of(byte[] docId) throws IOException {
      List<Rating.ChunkScores> chunks = new ArrayList<>();
      while (ahead.isPresent()) {
        Group row = ahead.get();
        int order =
            Arrays.compareUnsigned(row.getBinary(DocumentsTable.DOC_ID, 0).getBytes(), docId);
        if (order > 0) {
          break;
        }
        if (order == 0) {
          double[] scores = criteria.stream().mapToDouble(name -> row.getDouble(name, 0)).toArray();
          chunks.add(
              new Rating.ChunkScores(row.getInteger(START, 0), row.getInteger(TOKENS, 0), scores));
        }
        ahead = reader.next();
      }
      return chunks;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private static final class NoWriter implements Writer {
    @Override
    public void write(RatedDocument document, Rating rating) {}

    @Override
    public void close() {}
  }

  private static final class RowWriter implements Writer {
    private final List<String> criteria;
    private final SimpleGroupFactory rows;
    private final ParquetWriter<Group> writer;

    RowWriter(Configuration hadoop, Path path, List<String> criteria) throws IOException {
      List<Type> fields = new ArrayList<>();
      fields.add(Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID));
      fields.add(Types.required(PrimitiveTypeName.INT32).named(CHUNK));
      fields.add(Types.required(PrimitiveTypeName.INT32).named(START));
      fields.add(Types.required(PrimitiveTypeName.INT32).named(TOKENS));
      for (String criterion : criteria) {
        fields.add(Types.required(PrimitiveTypeName.DOUBLE).named(criterion));
      }
      MessageType message = new MessageType("chunks", fields);
      this.criteria = criteria;
      this.rows = new SimpleGroupFactory(message);
      this.writer = ParquetRows.write(hadoop, path, message);
    }

    @Override
    public void write(RatedDocument document, Rating rating) throws IOException {
      for (int chunk = 0; chunk < rating.chunkScores().size(); chunk++) {
        Rating.ChunkScores scores = rating.chunkScores().get(chunk);
        Group row = rows.newGroup();
        row.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(document.docId()));
        row.add(CHUNK, chunk);
        row.add(START, scores.start());
        row.add(TOKENS, scores.tokens());
        for (int i = 0; i < criteria.size(); i++) {
          row.add(criteria.get(i), scores.scores()[i]);
        }
        writer.write(row);
      }
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
