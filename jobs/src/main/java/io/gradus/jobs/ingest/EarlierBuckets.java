package io.gradus.jobs.ingest;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.Type;

/**
 * The files of an earlier documents table, seen as buckets of today's table, of which there may be
 * another number.
 *
 * @param files by the earlier bucket; none without an earlier table
 * @param earlierBuckets how many buckets the earlier table has
 * @param buckets how many today's table has
 */
record EarlierBuckets(TreeMap<Integer, String> files, int earlierBuckets, int buckets)
    implements Serializable {

  static EarlierBuckets none(int buckets) {
    return new EarlierBuckets(new TreeMap<>(), buckets, buckets);
  }

  static EarlierBuckets of(EarlierDocuments.Found earlier, int buckets) throws IOException {
    TreeMap<Integer, String> files = new TreeMap<>();
    Map<Integer, Path> found =
        DocumentsTable.bucketFiles(earlier.directory().fileSystem(), earlier.directory().table());
    found.forEach((bucket, file) -> files.put(bucket, file.toString()));
    return new EarlierBuckets(files, earlier.result().table().buckets(), buckets);
  }

  boolean haveSameBorders() {
    return earlierBuckets == buckets;
  }

  /** The earlier files that may have rows of today's bucket, ascending. */
  List<String> filesOf(int bucket) {
    return DocumentsTable.overlapping(bucket, buckets, earlierBuckets).stream()
        .map(files::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Opens the earlier rows of today's bucket. */
  Rows open(Configuration hadoop, int bucket) {
    return new Rows(hadoop, bucket);
  }

  /** The earlier rows of one of today's buckets, in ascending order of their ids. */
  final class Rows implements Closeable {
    private final Configuration hadoop;
    private final int bucket;
    private final Iterator<String> names;
    private ParquetRows.Reader reader;
    private Group ahead;
    private long taken;

    private Rows(Configuration hadoop, int bucket) {
      this.hadoop = hadoop;
      this.bucket = bucket;
      this.names = filesOf(bucket).iterator();
    }

    /** The next row whose id is below {@code docId}, or nothing. */
    Optional<Group> before(byte[] docId) throws IOException {
      return advance() && Arrays.compareUnsigned(id(ahead), docId) < 0
          ? Optional.of(take())
          : Optional.empty();
    }

    /** The row of this id; to be called when none is below it any more. */
    Optional<Group> same(byte[] docId) throws IOException {
      return advance() && Arrays.equals(id(ahead), docId) ? Optional.of(take()) : Optional.empty();
    }

    /** The next row, or nothing at the end. */
    Optional<Group> next() throws IOException {
      return advance() ? Optional.of(take()) : Optional.empty();
    }

    /** How many rows were given. */
    long taken() {
      return taken;
    }

    private Group take() {
      Group row = ahead;
      ahead = null;
      taken++;
      return row;
    }

    private boolean advance() throws IOException {
      while (ahead == null) {
        if (reader == null) {
          if (!names.hasNext()) {
            return false;
          }
          String[] columns =
              DocumentRows.TABLE.getFields().stream().map(Type::getName).toArray(String[]::new);
          reader = ParquetRows.read(hadoop, new Path(names.next()), columns);
        }
        Optional<Group> row = reader.next();
        if (row.isEmpty()) {
          close();
        } else if (DocumentsTable.bucket(id(row.get()), buckets) == bucket) {
          ahead = row.get();
        }
      }
      return true;
    }

    private static byte[] id(Group row) {
      return row.getBinary(DocumentsTable.DOC_ID, 0).getBytes();
    }

    @Override
    public void close() throws IOException {
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }
  }
}
