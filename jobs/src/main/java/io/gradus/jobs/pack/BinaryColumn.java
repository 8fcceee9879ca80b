package io.gradus.jobs.pack;

import com.github.luben.zstd.ZstdInputStream;
import io.gradus.common.table.ParquetRows;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * One column of bytes in a file of the documents table, value by value. Parquet's own reader holds
 * the column of a row group compressed, a page of it decompressed, and a value once more. This one
 * decompresses as it goes, and of a long value holds the stretch that was asked for last. It reads
 * what {@link ParquetRows#write} writes: pages of version 2, zstd, DELTA_BYTE_ARRAY
 * (parquet-format, Encodings.md), in which a value is so many bytes of the value before and what
 * follows them.
 */
final class BinaryColumn implements ByteSource, Closeable {
  /** Longer values are read stretch by stretch. */
  private static final int MOST_WHOLE = 1 << 20;

  private static final int BUFFER = 1 << 16;

  private final String place;
  private final List<ColumnChunkMetaData> chunks;
  private final boolean nullable;
  private final FSDataInputStream file;
  private Positioned in;

  private int nextChunk;
  private long valuesAhead;
  private long pageStart;
  private long pageEnd;

  /** The page's bytes after its lengths, decompressed. */
  private InputStream bytes = InputStream.nullInputStream();

  private boolean[] present = new boolean[0];
  private int[] prefixes = new int[0];
  private int[] suffixes = new int[0];

  /** The value that is the current one, counted in the page with nulls and without. */
  private int row = -1;

  private int value = -1;

  /** How much of the current value was read from the page. */
  private int position;

  /** What the current value, and the next one, have from the value before. */
  private byte[] prefix = new byte[0];

  private byte[] nextPrefix = new byte[0];

  /** The current value from {@link #windowStart} to {@link #position}. */
  private byte[] window = new byte[0];

  private int windowStart;

  private BinaryColumn(
      String place, List<ColumnChunkMetaData> chunks, boolean nullable, FSDataInputStream file) {
    this.place = place;
    this.chunks = chunks;
    this.nullable = nullable;
    this.file = file;
    this.in = new Positioned(new BufferedInputStream(file, BUFFER), 0);
  }

  /** Opens a file's column and stands before its first value. */
  static BinaryColumn open(Configuration hadoop, Path path, String column) throws IOException {
    ParquetMetadata footer;
    try (ParquetFileReader reader = ParquetRows.open(hadoop, path)) {
      footer = reader.getFooter();
    }
    String[] name = {column};
    ColumnDescriptor descriptor = footer.getFileMetaData().getSchema().getColumnDescription(name);
    List<ColumnChunkMetaData> chunks =
        footer.getBlocks().stream()
            .flatMap(block -> block.getColumns().stream())
            .filter(chunk -> Arrays.equals(chunk.getPath().toArray(), name))
            .toList();
    return new BinaryColumn(
        "Column " + column + " of " + path,
        chunks,
        descriptor.getMaxDefinitionLevel() > 0,
        path.getFileSystem(hadoop).open(path));
  }

  /** Goes on to the next value, or stays at the last one. */
  boolean next() throws IOException {
    while (row + 1 == present.length) {
      if (!nextPage()) {
        return false;
      }
    }
    advance();
    if (!isNull() && length() <= MOST_WHOLE) {
      window = new byte[length()];
      read(window, 0, window.length);
    }
    return true;
  }

  boolean isNull() {
    return !present[row];
  }

  @Override
  public int length() {
    return isNull() ? 0 : prefixes[value] + suffixes[value];
  }

  @Override
  public void copy(int from, int to, byte[] target, int offset) throws IOException {
    if (from < windowStart) {
      restart();
    }
    int start = position;
    if (from > start) {
      pass(from - start);
      start = from;
    } else {
      int windowed = Math.min(to, start) - from;
      System.arraycopy(window, from - windowStart, target, offset, windowed);
    }
    if (to > start) {
      int at = offset + start - from;
      read(target, at, to - start);
      byte[] last = new byte[to - from];
      System.arraycopy(target, offset, last, 0, last.length);
      window = last;
      windowStart = from;
    }
  }

  /** Goes back to the current value's beginning. */
  private void restart() throws IOException {
    int again = row;
    openPage(pageStart);
    while (row < again) {
      advance();
    }
  }

  /** Goes on by one value in the page, reading nothing of it. */
  private void advance() throws IOException {
    if (row >= 0 && !isNull()) {
      pass(length() - position);
      prefix = nextPrefix;
    }
    row++;
    position = 0;
    windowStart = 0;
    window = new byte[0];
    if (!isNull()) {
      value++;
      boolean last = value + 1 == prefixes.length;
      nextPrefix = new byte[last ? 0 : prefixes[value + 1]];
    }
  }

  private void pass(int count) throws IOException {
    byte[] passed = new byte[Math.min(count, BUFFER)];
    for (int left = count; left > 0; left -= Math.min(left, passed.length)) {
      read(passed, 0, Math.min(left, passed.length));
    }
  }

  /** Reads on in the current value, and keeps what the next one has from it. */
  private void read(byte[] target, int offset, int count) throws IOException {
    int before = Math.max(0, Math.min(count, prefixes[value] - position));
    System.arraycopy(prefix, Math.min(position, prefix.length), target, offset, before);
    if (bytes.readNBytes(target, offset + before, count - before) < count - before) {
      throw new EOFException(place + " has a page that ends within its values");
    }
    int kept = Math.min(nextPrefix.length - position, count);
    if (kept > 0) {
      System.arraycopy(target, offset, nextPrefix, position, kept);
    }
    position += count;
  }

  private boolean nextPage() throws IOException {
    long start = pageEnd;
    while (valuesAhead == 0) {
      if (nextChunk == chunks.size()) {
        return false;
      }
      ColumnChunkMetaData chunk = chunks.get(nextChunk++);
      if (chunk.getCodec() != CompressionCodecName.ZSTD) {
        throw unknown("its codec is " + chunk.getCodec());
      }
      valuesAhead = chunk.getValueCount();
      start = chunk.getStartingPos();
    }
    openPage(start);
    valuesAhead -= present.length;
    return true;
  }

  /** Opens a page and stands before its first value. */
  private void openPage(long start) throws IOException {
    in = in.at(start, file);
    PageHeader header = Util.readPageHeader(in);
    if (!header.isSetData_page_header_v2()) {
      throw unknown("it has a " + header.getType());
    }
    DataPageHeaderV2 page = header.getData_page_header_v2();
    if (page.getEncoding() != Encoding.DELTA_BYTE_ARRAY) {
      throw unknown("its encoding is " + page.getEncoding());
    }
    pageStart = start;
    pageEnd = in.position + header.getCompressed_page_size();
    present = present(page);
    long left = pageEnd - in.position;
    InputStream stored = new Bounded(in, left);
    bytes.close();
    bytes = new BufferedInputStream(page.isIs_compressed() ? new ZstdInputStream(stored) : stored);
    int values = page.getNum_values() - page.getNum_nulls();
    prefixes = values == 0 ? new int[0] : DeltaLengths.read(bytes, values);
    suffixes = values == 0 ? new int[0] : DeltaLengths.read(bytes, values);
    row = -1;
    value = -1;
    position = 0;
    prefix = new byte[0];
    nextPrefix = new byte[0];
  }

  /** Which of a page's values are there. */
  private boolean[] present(DataPageHeaderV2 page) throws IOException {
    boolean[] there = new boolean[page.getNum_values()];
    byte[] levels = in.readNBytes(page.getDefinition_levels_byte_length());
    Arrays.fill(there, true);
    if (nullable) {
      RunLengthBitPackingHybridDecoder decoder =
          new RunLengthBitPackingHybridDecoder(1, new ByteArrayInputStream(levels));
      for (int i = 0; i < there.length; i++) {
        there[i] = decoder.readInt() == 1;
      }
    }
    return there;
  }

  private IllegalStateException unknown(String problem) {
    return new IllegalStateException(place + " was not written by ingest: " + problem);
  }

  @Override
  public void close() throws IOException {
    try (file) {
      bytes.close();
    }
  }

  /** A stream that knows where it is. */
  private static final class Positioned extends FilterInputStream {
    private long position;

    Positioned(InputStream in, long position) {
      super(in);
      this.position = position;
    }

    /** The stream at a place, which is another one where this has read beyond it. */
    Positioned at(long place, FSDataInputStream file) throws IOException {
      if (place - position >= 0 && place - position < BUFFER) {
        skipNBytes(place - position);
        return this;
      }
      file.seek(place);
      return new Positioned(new BufferedInputStream(file, BUFFER), place);
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      position += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int read = in.read(target, offset, count);
      position += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = in.skip(count);
      position += skipped;
      return skipped;
    }
  }

  /** So many bytes of a stream that stays open. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int next = left == 0 ? -1 : in.read();
      left -= next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      int read = left == 0 ? -1 : in.read(target, offset, (int) Math.min(count, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() {
      // The file is open until the column is closed.
    }
  }
}
