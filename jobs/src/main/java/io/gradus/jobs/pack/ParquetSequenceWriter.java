package io.gradus.jobs.pack;

import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Writes one Parquet shard: a row for each sequence, its tokens in the list column {@code
 * input_ids}. Nothing of the cluster's configuration enters the bytes.
 */
final class ParquetSequenceWriter implements TokenWriter {
  static final MessageType SCHEMA =
      Types.buildMessage()
          .requiredGroup()
          .as(LogicalTypeAnnotation.listType())
          .repeatedGroup()
          .required(PrimitiveTypeName.INT32)
          .named("element")
          .named("list")
          .named("input_ids")
          .named("sequences");

  /** A row group is what readers and this writer hold in memory at once: 16 MiB of tokens. */
  private static final int ROW_GROUP_TOKENS = 1 << 22;

  private final ParquetWriter<int[]> rows;
  private final int tokenBytes;
  private final int[] sequence;
  private int filled;

  static String fileName(int shard) {
    return String.format("shard-%05d.parquet", shard);
  }

  /**
   * Begins a shard.
   *
   * @param out closed by this writer
   * @param tokenBytes width of the tokens that come in
   */
  ParquetSequenceWriter(PositionOutputStream out, int sequenceLength, int tokenBytes)
      throws IOException {
    this.tokenBytes = tokenBytes;
    this.sequence = new int[sequenceLength];
    this.rows =
        new Builder(new StreamFile(out))
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(CompressionCodecName.ZSTD)
            .withRowGroupSize(1L << 30)
            .withRowGroupRowCountLimit(Math.max(1, ROW_GROUP_TOKENS / sequenceLength))
            .withPageSize(1 << 20)
            .withMinRowCountForPageSizeCheck(1)
            // One encoding, since footers list several in an order that differs between JVMs.
            .withWriterVersion(WriterVersion.PARQUET_2_0)
            .withDictionaryEncoding(false)
            .build();
  }

  @Override
  public void write(byte[] tokens) throws IOException {
    int offset = 0;
    while (offset < tokens.length) {
      int end = Math.min(tokens.length, offset + (sequence.length - filled) * tokenBytes);
      for (; offset < end; offset += tokenBytes) {
        sequence[filled++] = TokenBytes.read(tokens, offset, tokenBytes);
      }
      if (filled == sequence.length) {
        rows.write(sequence);
        filled = 0;
      }
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
    if (filled != 0) {
      throw new IllegalStateException("The last sequence has only " + filled + " tokens");
    }
  }

  private static final class Builder extends ParquetWriter.Builder<int[], Builder> {
    Builder(OutputFile file) {
      super(file);
    }

    @Override
    protected Builder self() {
      return this;
    }

    // Parquet declares the variant with Hadoop's class deprecated, and abstract all the same.
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<int[]> getWriteSupport(Configuration configuration) {
      return new SequenceWriteSupport();
    }

    @Override
    protected WriteSupport<int[]> getWriteSupport(ParquetConfiguration configuration) {
      return new SequenceWriteSupport();
    }
  }

  private static final class SequenceWriteSupport extends WriteSupport<int[]> {
    private RecordConsumer consumer;

    // Parquet declares the variant with Hadoop's class deprecated, and abstract all the same.
    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
      return new WriteContext(SCHEMA, Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(SCHEMA, Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(int[] tokens) {
      consumer.startMessage();
      consumer.startField("input_ids", 0);
      consumer.startGroup();
      consumer.startField("list", 0);
      for (int token : tokens) {
        consumer.startGroup();
        consumer.startField("element", 0);
        consumer.addInteger(token);
        consumer.endField("element", 0);
        consumer.endGroup();
      }
      consumer.endField("list", 0);
      consumer.endGroup();
      consumer.endField("input_ids", 0);
      consumer.endMessage();
    }
  }

  /** An open stream as Parquet wants to see it. */
  private record StreamFile(PositionOutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSizeHint) {
      return out;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
      return out;
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
