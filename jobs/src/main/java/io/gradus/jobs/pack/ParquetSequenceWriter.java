package io.gradus.jobs.pack;

import io.gradus.common.table.TokenBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * Writes one Parquet shard: a row for each sequence, its tokens in the list column {@value
 * #TOKENS}, and where its documents end in {@value #LENGTHS} when that is wanted. Nothing of the
 * cluster's configuration enters the bytes.
 */
final class ParquetSequenceWriter implements TokenWriter {
  /** The tokens of a sequence. */
  static final String TOKENS = "input_ids";

  /**
   * Tokens of each document, or part of one, in a sequence, padding last: the column from which TRL
   * ({@code trl/trainer/sft_trainer.py}) makes position ids that begin anew at each document.
   */
  static final String LENGTHS = "seq_lengths";

  /** A row group is what readers and this writer hold in memory at once: 16 MiB of tokens. */
  private static final int ROW_GROUP_TOKENS = 1 << 22;

  private final ParquetWriter<int[][]> rows;
  private final int tokenBytes;
  private final int[] sequence;
  private final List<Integer> lengths = new ArrayList<>();
  private int filled;
  private int closed;

  static String fileName(int shard) {
    return String.format("shard-%05d.parquet", shard);
  }

  /**
   * Begins a shard.
   *
   * @param out closed by this writer
   * @param tokenBytes width of the tokens that come in
   * @param columns {@value #TOKENS}, or {@value #LENGTHS} after it
   */
  ParquetSequenceWriter(
      PositionOutputStream out, int sequenceLength, int tokenBytes, List<String> columns)
      throws IOException {
    this.tokenBytes = tokenBytes;
    this.sequence = new int[sequenceLength];
    this.rows =
        new Builder(new StreamFile(out), List.copyOf(columns))
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
  public void write(Piece piece) throws IOException {
    write(piece.content());
    if (piece.closes()) {
      closeDocument();
    }
  }

  private void closeDocument() {
    if (filled > closed) {
      lengths.add(filled - closed);
      closed = filled;
    }
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
        closeDocument();
        rows.write(new int[][] {sequence, lengths.stream().mapToInt(Integer::intValue).toArray()});
        lengths.clear();
        filled = 0;
        closed = 0;
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

  private static final class Builder extends ParquetWriter.Builder<int[][], Builder> {
    private final List<String> columns;

    Builder(OutputFile file, List<String> columns) {
      super(file);
      this.columns = columns;
    }

    @Override
    protected Builder self() {
      return this;
    }

    // Parquet declares the variant with Hadoop's class deprecated, and abstract all the same.
    @Override
    @SuppressWarnings("deprecation")
    protected WriteSupport<int[][]> getWriteSupport(Configuration configuration) {
      return new SequenceWriteSupport(columns);
    }

    @Override
    protected WriteSupport<int[][]> getWriteSupport(ParquetConfiguration configuration) {
      return new SequenceWriteSupport(columns);
    }
  }

  private static final class SequenceWriteSupport extends WriteSupport<int[][]> {
    private final List<String> columns;
    private RecordConsumer consumer;

    SequenceWriteSupport(List<String> columns) {
      this.columns = columns;
    }

    private MessageType schema() {
      Types.MessageTypeBuilder schema = Types.buildMessage();
      for (String column : columns) {
        schema
            .requiredGroup()
            .as(LogicalTypeAnnotation.listType())
            .repeatedGroup()
            .required(PrimitiveTypeName.INT32)
            .named("element")
            .named("list")
            .named(column);
      }
      return schema.named("sequences");
    }

    // Parquet declares the variant with Hadoop's class deprecated, and abstract all the same.
    @Override
    @SuppressWarnings("deprecation")
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema(), Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema(), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(int[][] row) {
      consumer.startMessage();
      for (int column = 0; column < columns.size(); column++) {
        writeList(columns.get(column), column, row[column]);
      }
      consumer.endMessage();
    }

    private void writeList(String name, int column, int[] values) {
      consumer.startField(name, column);
      consumer.startGroup();
      consumer.startField("list", 0);
      for (int value : values) {
        consumer.startGroup();
        consumer.startField("element", 0);
        consumer.addInteger(value);
        consumer.endField("element", 0);
        consumer.endGroup();
      }
      consumer.endField("list", 0);
      consumer.endGroup();
      consumer.endField(name, column);
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
