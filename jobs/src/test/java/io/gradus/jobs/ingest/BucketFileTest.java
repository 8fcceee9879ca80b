package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketFileTest {
  private static final int MEBI = 1 << 20;

  @TempDir Path folder;

  private final Configuration hadoop = new Configuration();

  @Test
  void hasTheBytesThatTheLibraryWrites() throws IOException {
    assertIsAsTheLibraryWrites(rows(0));
    assertIsAsTheLibraryWrites(rows(1, 3 * MEBI));
    assertIsAsTheLibraryWrites(rows(700, 10, 2000, 0, 30_000));
    assertIsAsTheLibraryWrites(rows(250, 10, 2 * MEBI, 2 * MEBI, 500, MEBI - 1, MEBI, 3_000_000));
  }

  @Test
  void hasTheLibrarysGroupsOfRows() throws IOException {
    assertIsAsTheLibraryWrites(rows(320, MEBI / 2));
  }

  /** Rows whose texts have these lengths, in turn. */
  private static List<Group> rows(int count, int... lengths) {
    Random random = new Random(1);
    List<Group> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] text = new byte[lengths[i % lengths.length]];
      for (int at = 0; at < text.length; at++) {
        text[at] = (byte) ('a' + random.nextInt(6));
      }
      if (i % 7 > 3) {
        // Begins as others do.
        Arrays.fill(text, 0, text.length / 2, (byte) 'b');
      }
      Group row = new SimpleGroup(DocumentRows.TABLE);
      row.add(DocumentsTable.DOC_ID, Binary.fromConstantByteArray(new byte[] {(byte) i}));
      row.add(DocumentsTable.SOURCE, "source");
      if (i % 5 > 0) {
        row.add(DocumentsTable.TEXT, Binary.fromConstantByteArray(text));
      }
      row.add(DocumentsTable.N_BYTES, text.length);
      row.add(DocumentsTable.N_TOKENS, text.length / 2);
      row.add(DocumentsTable.TOKENS, Binary.fromConstantByteArray(text));
      row.add(DocumentsTable.TOKEN_HASH, random.nextLong());
      rows.add(row);
    }
    return rows;
  }

  private void assertIsAsTheLibraryWrites(List<Group> rows) throws IOException {
    Path expected = folder.resolve("expected");
    Path actual = folder.resolve("actual");
    try (ParquetWriter<Group> writer =
        ParquetRows.write(hadoop, hadoopPath(expected), DocumentRows.TABLE)) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
    try (BucketFile writer = new BucketFile(hadoop, hadoopPath(actual))) {
      for (Group row : rows) {
        writer.write(row);
      }
      writer.finish();
    }
    assertThat(Files.mismatch(actual, expected)).isEqualTo(-1);
    Files.delete(expected);
    Files.delete(actual);
  }

  private static org.apache.hadoop.fs.Path hadoopPath(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
