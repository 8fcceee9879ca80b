package io.gradus.jobs.topics;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.spark.sql.catalyst.expressions.XXH64;

/**
 * A part of the sample: the first documents of one bucket. A document's id is a hash of its
 * content, and buckets are ranges of ids, so that any run of documents is a random sample, and no
 * more than the sample has to be read. The seed chooses where the run starts.
 *
 * @param bucket its number
 * @param file where it lies
 * @param documents how many of its first rows belong to the sample
 */
record SampleUnit(int bucket, String file, long documents) implements Serializable {
  /** Any number that is this draw's alone. */
  private static final long PURPOSE = 0x746f70696373L;

  /**
   * Chooses the sample.
   *
   * @param buckets the file of each
   * @param documents how many to take; all, where there are not more
   * @return in ascending order of buckets, which is that of documents
   */
  static List<SampleUnit> choose(
      Configuration hadoop, Map<Integer, Path> buckets, long documents, long seed)
      throws IOException {
    List<SampleUnit> units = new ArrayList<>();
    List<Integer> numbers = List.copyOf(buckets.keySet());
    int start = Math.floorMod(XXH64.hashLong(seed, PURPOSE), Math.max(1, numbers.size()));
    long missing = documents;
    for (int i = 0; i < numbers.size() && missing > 0; i++) {
      int bucket = numbers.get((start + i) % numbers.size());
      Path file = buckets.get(bucket);
      long taken;
      try (ParquetFileReader reader = ParquetRows.open(hadoop, file)) {
        taken = Math.min(missing, reader.getRecordCount());
      }
      units.add(new SampleUnit(bucket, file.toString(), taken));
      missing -= taken;
    }
    units.sort(Comparator.comparingInt(SampleUnit::bucket));
    return units;
  }

  /** Hands over the texts in the order of documents; documents without text are passed over. */
  void texts(Configuration hadoop, Consumer<String> texts) throws IOException {
    try (ParquetRows.Reader rows =
        ParquetRows.read(hadoop, new Path(file), DocumentsTable.DOC_ID, DocumentsTable.TEXT)) {
      for (long i = 0; i < documents; i++) {
        rows.next().flatMap(DocumentRow::text).ifPresent(texts);
      }
    }
  }
}
