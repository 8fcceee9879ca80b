package io.gradus.jobs.ingest;

import static io.gradus.common.table.DocumentsTable.DOC_ID;
import static io.gradus.common.table.DocumentsTable.EXTERNAL_ID;
import static io.gradus.common.table.DocumentsTable.META;
import static io.gradus.common.table.DocumentsTable.N_BYTES;
import static io.gradus.common.table.DocumentsTable.N_TOKENS;
import static io.gradus.common.table.DocumentsTable.SOURCE;
import static io.gradus.common.table.DocumentsTable.TEXT;
import static io.gradus.common.table.DocumentsTable.TOKENS;
import static io.gradus.common.table.DocumentsTable.TOKEN_HASH;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.apache.spark.sql.functions.col;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TokenHash;
import java.nio.ByteBuffer;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Documents as rows: on their way to their bucket, and in the table. */
final class DocumentRows {
  static final String BUCKET = "bucket";

  /** The name of a text's file among {@link LongTextFiles}; null where the row has the text. */
  static final String LONG_TEXT = "long_text";

  /** So many bytes of a long document's tokens are held at a time. */
  private static final int HASHED_BYTES = 1 << 18;

  /** A valid record on its way; {@code tokens} only where the record came with them. */
  static final StructType SHUFFLED =
      new StructType()
          .add(BUCKET, DataTypes.IntegerType, false)
          .add(DOC_ID, DataTypes.BinaryType, false)
          .add(SOURCE, DataTypes.StringType, false)
          .add(EXTERNAL_ID, DataTypes.StringType, true)
          .add(TEXT, DataTypes.BinaryType, true)
          .add(N_BYTES, DataTypes.IntegerType, false)
          .add(TOKENS, DataTypes.BinaryType, true)
          .add(META, DataTypes.StringType, true)
          .add(LONG_TEXT, DataTypes.StringType, true);

  /** A row of the documents table. */
  static final MessageType TABLE =
      Types.buildMessage()
          .required(BINARY)
          .named(DOC_ID)
          .required(BINARY)
          .as(stringType())
          .named(SOURCE)
          .optional(BINARY)
          .as(stringType())
          .named(EXTERNAL_ID)
          .optional(BINARY)
          .as(stringType())
          .named(TEXT)
          .required(INT32)
          .named(N_BYTES)
          .required(INT32)
          .named(N_TOKENS)
          .required(BINARY)
          .named(TOKENS)
          .required(INT64)
          .named(TOKEN_HASH)
          .optional(BINARY)
          .as(stringType())
          .named(META)
          .named("documents");

  /**
   * The order within a bucket. Of records with the same content the first one stays, and it is
   * found by content alone: files and partitions have no part in it.
   */
  static final Column[] SURVIVOR_FIRST = {
    col(DOC_ID),
    col(SOURCE),
    col(EXTERNAL_ID).asc_nulls_last(),
    col(META).asc_nulls_last(),
    col(TOKENS).asc_nulls_last()
  };

  private DocumentRows() {}

  /**
   * A document on its way.
   *
   * @param longText the name of its text's file; null where the row is to have the text
   */
  static Row shuffled(Document document, int buckets, int tokenBytes, String longText) {
    byte[] docId = document.docId();
    return RowFactory.create(
        DocumentsTable.bucket(docId, buckets),
        docId,
        document.source(),
        document.externalId(),
        document.text() == null || longText != null ? null : document.text().toArray(),
        document.bytes(),
        document.tokens(tokenBytes),
        document.meta(),
        longText);
  }

  /**
   * The table's row of a shuffled one.
   *
   * @param text in UTF-8; null where there is none
   */
  static Group table(Row shuffled, Binary text, Binary tokens, int tokenBytes) {
    Group group = new SimpleGroup(TABLE);
    group.add(DOC_ID, Binary.fromConstantByteArray(shuffled.<byte[]>getAs(DOC_ID)));
    group.add(SOURCE, shuffled.<String>getAs(SOURCE));
    addText(group, EXTERNAL_ID, shuffled);
    if (text != null) {
      group.add(TEXT, text);
    }
    group.add(N_BYTES, shuffled.<Integer>getAs(N_BYTES));
    group.add(N_TOKENS, tokens.length() / tokenBytes);
    group.add(TOKENS, tokens);
    group.add(TOKEN_HASH, hash(tokens, tokenBytes));
    addText(group, META, shuffled);
    return group;
  }

  private static long hash(Binary tokens, int tokenBytes) {
    if (tokens.length() <= HASHED_BYTES) {
      return TokenHash.of(tokens.getBytesUnsafe(), tokenBytes);
    }
    long hash = TokenHash.EMPTY;
    ByteBuffer left = tokens.toByteBuffer();
    while (left.hasRemaining()) {
      byte[] some = new byte[Math.min(left.remaining(), HASHED_BYTES)];
      left.get(some);
      long added = TokenHash.of(some, tokenBytes);
      hash = TokenHash.concatenate(hash, added, some.length / tokenBytes);
    }
    return hash;
  }

  private static void addText(Group group, String column, Row row) {
    String text = row.getAs(column);
    if (text != null) {
      group.add(column, text);
    }
  }
}
