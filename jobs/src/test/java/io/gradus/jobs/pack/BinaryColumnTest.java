package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.table.ParquetRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryColumnTest {
  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(PrimitiveTypeName.INT32)
          .named("number")
          .optional(PrimitiveTypeName.BINARY)
          .named("bytes")
          .named("rows");

  @TempDir java.nio.file.Path folder;
  private final Random random = new Random(11);
  private Path file;

  @BeforeEach
  void name() {
    file = new Path(folder.resolve("rows.parquet").toUri());
  }

  @Test
  void valuesOfAllLengthsComeBackAsTheyWereWritten() throws IOException {
    byte[] large = bytes(3_000_000);
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      values.add(bytes(random.nextInt(2_000)));
    }
    values.add(new byte[0]);
    values.add(null);
    values.add(large);
    // Values that share a long beginning with the one before are stored without it.
    values.add(changed(large, 2_500_000));
    values.add(null);
    values.add(Arrays.copyOf(large, 2_000_000));
    values.add(Arrays.copyOf(large, 1_000));
    values.add(bytes(5));
    write(values);

    try (BinaryColumn column = BinaryColumn.open(new Configuration(), file, "bytes")) {
      for (byte[] value : values) {
        assertThat(column.next()).isTrue();
        assertThat(column.isNull()).isEqualTo(value == null);
        if (value != null) {
          assertThat(stretch(column, 0, column.length())).isEqualTo(value);
        }
      }
      assertThat(column.next()).isFalse();
    }
  }

  @Test
  void stretchesOfALongValueMayBeAskedForInAnyOrder() throws IOException {
    byte[] first = bytes(2_000_000);
    byte[] second = changed(first, 1_500_000);
    write(List.of(bytes(10), first, second, bytes(20)));

    try (BinaryColumn column = BinaryColumn.open(new Configuration(), file, "bytes")) {
      column.next();
      for (byte[] value : List.of(first, second)) {
        column.next();
        for (int from : new int[] {0, 0, 700_000, 650_000, 1_999_000, 5, 1_600_000, 1_600_500}) {
          assertThat(stretch(column, from, from + 1_000))
              .isEqualTo(Arrays.copyOfRange(value, from, from + 1_000));
        }
      }
      column.next();
      assertThat(column.length()).isEqualTo(20);
    }
  }

  @Test
  void valuesThatAreSkippedDoNotMatter() throws IOException {
    byte[] large = bytes(1_500_000);
    write(List.of(large, bytes(100), large, changed(large, 1_499_999)));

    try (BinaryColumn column = BinaryColumn.open(new Configuration(), file, "bytes")) {
      for (int i = 0; i < 4; i++) {
        column.next();
      }
      assertThat(stretch(column, 0, 1_500_000)).isEqualTo(changed(large, 1_499_999));
    }
  }

  @Test
  void aFileThatIngestDidNotWriteIsNamed() throws IOException {
    try (ParquetWriter<Group> out = ExampleParquetWriter.builder(file).withType(SCHEMA).build()) {
      out.write(row(bytes(3)));
    }

    try (BinaryColumn column = BinaryColumn.open(new Configuration(), file, "bytes")) {
      assertThatThrownBy(column::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Column bytes of " + file)
          .hasMessageEndingWith("was not written by ingest: its codec is UNCOMPRESSED");
    }
  }

  private void write(List<byte[]> values) throws IOException {
    try (ParquetWriter<Group> out = ParquetRows.write(new Configuration(), file, SCHEMA)) {
      for (byte[] value : values) {
        out.write(row(value));
      }
    }
  }

  private static Group row(byte[] value) {
    Group row = new SimpleGroup(SCHEMA);
    row.add("number", 1);
    if (value != null) {
      row.add("bytes", Binary.fromConstantByteArray(value));
    }
    return row;
  }

  private static byte[] stretch(BinaryColumn column, int from, int to) throws IOException {
    byte[] stretch = new byte[to - from];
    column.copy(from, to, stretch, 0);
    return stretch;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] changed(byte[] bytes, int at) {
    byte[] changed = bytes.clone();
    changed[at]++;
    return changed;
  }
}
