package io.gradus.common.table;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What readers of the documents table need to know beside its rows. The table is one Parquet file
 * for each bucket that is not empty, its rows in ascending order of {@code doc_id}; buckets in
 * order are all documents in order.
 *
 * @param buckets how many buckets there are, a pure function of the data
 * @param rows distinct documents
 * @param tokens the sum of {@code n_tokens}
 * @param textBytes the sum of {@code n_bytes}
 * @param tokenizer the training tokenizer's name
 * @param tokenizerDigest SHA-256 of its definition
 * @param vocabularySize one more than the largest token id
 * @param endOfText the id of the token that ends a document
 * @param tokenBytes 2 or 4: the width of one little-endian token in {@code tokens}
 */
public record DocumentsTable(
    int buckets,
    long rows,
    long tokens,
    long textBytes,
    String tokenizer,
    String tokenizerDigest,
    int vocabularySize,
    int endOfText,
    int tokenBytes)
    implements Serializable {
  /**
   * The first {@link #DOC_ID_BYTES} bytes of SHA-256 of the text in UTF-8, or of the tokens as u32
   * little-endian where there is no text.
   */
  public static final String DOC_ID = "doc_id";

  public static final int DOC_ID_BYTES = 16;

  public static final String SOURCE = "source";
  public static final String EXTERNAL_ID = "external_id";
  public static final String TEXT = "text";

  /** UTF-8 bytes of the text, or bytes of the tokens where there is no text. */
  public static final String N_BYTES = "n_bytes";

  /** Tokens of the training tokenizer, without end-of-text. */
  public static final String N_TOKENS = "n_tokens";

  /** Token ids, little-endian, {@link #tokenBytes} wide. */
  public static final String TOKENS = "tokens";

  /** {@link TokenHash} of the token ids. */
  public static final String TOKEN_HASH = "token_hash";

  /** The record's other fields, a JSON object. */
  public static final String META = "meta";

  private static final Pattern PART = Pattern.compile("part-(\\d+)-.*\\.parquet");

  /** The bucket of a document, from the first 31 bits of its id: ascending with the id. */
  public static int bucket(byte[] docId, int buckets) {
    long head = ByteBuffer.wrap(docId).getInt() & 0xffff_ffffL;
    return (int) (((head >>> 1) * buckets) >>> 31);
  }

  /**
   * The buckets of a table with another number of them that hold the same ids as one bucket, and
   * perhaps more: they are consecutive, since buckets ascend with the ids.
   *
   * @param bucket of a table with {@code buckets} of them
   * @param others how many buckets the other table has
   */
  public static List<Integer> overlapping(int bucket, int buckets, int others) {
    long first = firstHead(bucket, buckets);
    long last = firstHead(bucket + 1, buckets) - 1;
    return IntStream.rangeClosed((int) ((first * others) >>> 31), (int) ((last * others) >>> 31))
        .boxed()
        .toList();
  }

  /** The smallest first 31 bits of an id in a bucket: the reverse of {@link #bucket}. */
  private static long firstHead(int bucket, int buckets) {
    return (((long) bucket << 31) + buckets - 1) / buckets;
  }

  /** The file of each bucket that has documents, in ascending order of buckets. */
  public static Map<Integer, Path> bucketFiles(FileSystem fileSystem, Path table)
      throws IOException {
    Map<Integer, Path> files = new TreeMap<>();
    for (FileStatus status : fileSystem.listStatus(table)) {
      Matcher matcher = PART.matcher(status.getPath().getName());
      if (matcher.matches()) {
        files.put(Integer.parseInt(matcher.group(1)), status.getPath());
      }
    }
    return files;
  }
}
