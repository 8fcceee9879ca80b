package io.gradus.jobs.verify;

import io.gradus.common.table.TokenHash;
import java.io.Serializable;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A piece of a document that is cut by the borders of sequences which do not lie together, as one
 * format holds it. All pieces of a document, in whatever order, tell whether it is whole.
 *
 * @param format the format's label
 * @param position the document's position in the order
 * @param shard the shard that holds the piece
 * @param firstToken the piece's first token in the document as it is packed
 * @param file the file that holds it
 * @param place where it stands in the file
 * @param readable whether its tokens could be read
 * @param share what the piece adds to the hash of the document's tokens
 * @param tokens of the document's own tokens, how many are in it
 * @param documentTokens how many the document has
 * @param docId the document's id in hexadecimal
 * @param expectedHash of the whole document, or nothing when it is not in the documents
 */
record DocumentPart(
    String format,
    long position,
    int shard,
    long firstToken,
    String file,
    String place,
    boolean readable,
    long share,
    long tokens,
    int documentTokens,
    String docId,
    Long expectedHash)
    implements Serializable {
  static final String FORMAT = "format";
  static final String POSITION = "position";
  static final String FIRST_TOKEN = "first_token";

  /** A row is a part, or the JSON of a {@link ShardCheck} in the last column. */
  static final StructType SCHEMA =
      new StructType()
          .add(FORMAT, DataTypes.StringType, true)
          .add(POSITION, DataTypes.LongType, false)
          .add("shard", DataTypes.IntegerType, false)
          .add(FIRST_TOKEN, DataTypes.LongType, false)
          .add("file", DataTypes.StringType, true)
          .add("place", DataTypes.StringType, true)
          .add("readable", DataTypes.BooleanType, false)
          .add("share", DataTypes.LongType, false)
          .add("tokens", DataTypes.LongType, false)
          .add("document_tokens", DataTypes.IntegerType, false)
          .add("doc_id", DataTypes.StringType, true)
          .add("expected_hash", DataTypes.LongType, true)
          .add("check", DataTypes.StringType, true);

  Row row() {
    return RowFactory.create(
        format,
        position,
        shard,
        firstToken,
        file,
        place,
        readable,
        share,
        tokens,
        documentTokens,
        docId,
        expectedHash,
        null);
  }

  /** What a walk through a shard says of it, on its way beside the parts. */
  static Row row(int shard, String check) {
    return RowFactory.create(
        null, (long) shard, shard, 0L, null, null, false, 0L, 0L, 0, null, null, check);
  }

  static Optional<String> check(Row row) {
    return Optional.ofNullable(row.getString(12));
  }

  static DocumentPart of(Row row) {
    return new DocumentPart(
        row.getString(0),
        row.getLong(1),
        row.getInt(2),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        row.getBoolean(6),
        row.getLong(7),
        row.getLong(8),
        row.getInt(9),
        row.getString(10),
        row.isNullAt(11) ? null : row.getLong(11));
  }

  boolean sameDocument(DocumentPart other) {
    return format.equals(other.format) && position == other.position;
  }

  /** Both parts as one, placed where the first of them is. */
  DocumentPart with(DocumentPart later) {
    return new DocumentPart(
        format,
        position,
        Math.max(shard, later.shard),
        firstToken,
        file,
        place,
        readable && later.readable,
        TokenHash.add(share, later.share),
        tokens + later.tokens,
        documentTokens,
        docId,
        expectedHash);
  }

  /** Checks a document of which this is all. */
  void check(Findings findings) {
    if (!readable || expectedHash == null) {
      return;
    }
    findings.checked(Check.TOKENS, 1);
    if (share != expectedHash || tokens != documentTokens) {
      findings.breach(
          Check.TOKENS,
          file,
          place,
          ShardWalk.wrongTokens(docId, position) + ", which goes on to shard " + shard);
    }
  }
}
