package io.gradus.common.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.HadoopParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;

/**
 * One Parquet file read or written inside a task, row by row, where a file is the unit of work and
 * Spark's own scan would cut or join files.
 */
public final class ParquetRows {
  private ParquetRows() {}

  /** Opens a file for reading the named columns only. */
  public static Reader read(Configuration hadoop, Path path, String... columns) throws IOException {
    MessageType schema;
    try (ParquetFileReader file = open(hadoop, path)) {
      schema = file.getFileMetaData().getSchema();
    }
    List<String> wanted = Arrays.asList(columns);
    MessageType projection =
        new MessageType(
            schema.getName(),
            schema.getFields().stream().filter(field -> wanted.contains(field.getName())).toList());
    Configuration configuration = new Configuration(hadoop);
    configuration.set(ReadSupport.PARQUET_READ_SCHEMA, projection.toString());
    return new Reader(
        new ReaderBuilder(HadoopInputFile.fromPath(path, hadoop), configuration).build());
  }

  /**
   * Opens a file for what its footer says. Without options, the library first reads Hadoop's
   * default configuration from its jar.
   */
  public static ParquetFileReader open(Configuration hadoop, Path path) throws IOException {
    return ParquetFileReader.open(
        HadoopInputFile.fromPath(path, hadoop), HadoopReadOptions.builder(hadoop).build());
  }

  /** The library's own builder of a path reads Hadoop's default configuration, too. */
  private static final class ReaderBuilder extends ParquetReader.Builder<Group> {
    ReaderBuilder(HadoopInputFile file, Configuration configuration) {
      super(file, new HadoopParquetConfiguration(configuration));
    }

    @Override
    protected ReadSupport<Group> getReadSupport() {
      return new GroupReadSupport();
    }
  }

  /**
   * Opens a new file for writing, zstd-compressed; equal rows make equal bytes. That takes one
   * encoding for each column, as version 2 without dictionaries gives: a footer lists a column's
   * encodings in an order that differs from one JVM to the next. Write under {@link
   * io.gradus.common.workspace.AtomicFile#temporary} and commit after closing.
   */
  public static ParquetWriter<Group> write(Configuration hadoop, Path path, MessageType schema)
      throws IOException {
    return reproducible(ExampleParquetWriter.builder(HadoopOutputFile.fromPath(path, hadoop)))
        .withConf(hadoop)
        .withType(schema)
        .build();
  }

  /** Gives a writer the settings that {@link #write} explains. */
  public static <T, B extends ParquetWriter.Builder<T, B>> B reproducible(
      ParquetWriter.Builder<T, B> builder) {
    return builder
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withWriterVersion(WriterVersion.PARQUET_2_0)
        .withDictionaryEncoding(false);
  }

  /** Rows of one file, in the file's order. */
  public static final class Reader implements Closeable {
    private final ParquetReader<Group> reader;

    private Reader(ParquetReader<Group> reader) {
      this.reader = reader;
    }

    /** The next row, or nothing at the end. */
    public Optional<Group> next() throws IOException {
      return Optional.ofNullable(reader.read());
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
