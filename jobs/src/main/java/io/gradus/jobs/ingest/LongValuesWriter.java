package io.gradus.jobs.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.CapacityByteArrayOutputStream;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.values.ValuesWriter;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesWriterForInteger;
import org.apache.parquet.io.api.Binary;

/**
 * Parquet's encoding DELTA_BYTE_ARRAY, as the library's own writer gives it, except that a long
 * value is not copied: the page refers to it until it is compressed.
 */
final class LongValuesWriter extends ValuesWriter {
  private static final int LONG = 1 << 20;

  /** As the library takes them. */
  private static final int BLOCK = 128;

  private static final int PARTS_OF_BLOCK = 4;

  private final int pageSize;
  private final int capacity;
  private final ByteBufferAllocator allocator;
  private final ValuesWriter prefixLengths;
  private final ValuesWriter suffixLengths;

  /** Where the copied bytes of the page are: a new one begins after each long value. */
  private final List<CapacityByteArrayOutputStream> copied = new ArrayList<>();

  /** The page's bytes before the last of {@link #copied}. */
  private final List<BytesInput> before = new ArrayList<>();

  private ByteBuffer previous = ByteBuffer.allocate(0);
  private long bytes;

  LongValuesWriter(ParquetProperties properties) {
    pageSize = properties.getPageSizeThreshold();
    capacity = properties.getInitialSlabSize();
    allocator = properties.getAllocator();
    prefixLengths = lengths();
    suffixLengths = lengths();
    beginCopied();
  }

  private ValuesWriter lengths() {
    return new DeltaBinaryPackingValuesWriterForInteger(
        BLOCK, PARTS_OF_BLOCK, capacity, pageSize, allocator);
  }

  private CapacityByteArrayOutputStream beginCopied() {
    CapacityByteArrayOutputStream begun =
        new CapacityByteArrayOutputStream(capacity, pageSize, allocator);
    copied.add(begun);
    return begun;
  }

  private CapacityByteArrayOutputStream lastCopied() {
    return copied.get(copied.size() - 1);
  }

  @Override
  public void writeBytes(Binary value) {
    ByteBuffer whole =
        value.isBackingBytesReused() ? ByteBuffer.wrap(value.getBytes()) : value.toByteBuffer();
    int mismatch = previous.mismatch(whole);
    int prefix = mismatch < 0 ? whole.remaining() : mismatch;
    int suffix = whole.remaining() - prefix;
    prefixLengths.writeInteger(prefix);
    suffixLengths.writeInteger(suffix);
    if (suffix < LONG) {
      copy(whole, prefix);
    } else {
      before.add(BytesInput.from(lastCopied()));
      before.add(BytesInput.from(whole.slice(whole.position() + prefix, suffix)));
      beginCopied();
    }
    bytes += suffix;
    previous = whole;
  }

  private void copy(ByteBuffer whole, int prefix) {
    ByteBuffer suffix = whole.duplicate().position(whole.position() + prefix);
    try {
      BytesInput.from(suffix).writeAllTo(lastCopied());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public BytesInput getBytes() {
    List<BytesInput> all = new ArrayList<>();
    all.add(prefixLengths.getBytes());
    all.add(suffixLengths.getBytes());
    all.addAll(before);
    all.add(BytesInput.from(lastCopied()));
    return BytesInput.concat(all);
  }

  @Override
  public Encoding getEncoding() {
    return Encoding.DELTA_BYTE_ARRAY;
  }

  @Override
  public long getBufferedSize() {
    return prefixLengths.getBufferedSize() + suffixLengths.getBufferedSize() + bytes;
  }

  @Override
  public long getAllocatedSize() {
    return prefixLengths.getAllocatedSize()
        + suffixLengths.getAllocatedSize()
        + copied.stream().mapToLong(CapacityByteArrayOutputStream::getCapacity).sum();
  }

  @Override
  public void reset() {
    prefixLengths.reset();
    suffixLengths.reset();
    before.clear();
    copied.subList(1, copied.size()).forEach(CapacityByteArrayOutputStream::close);
    copied.subList(1, copied.size()).clear();
    copied.get(0).reset();
    previous = ByteBuffer.allocate(0);
    bytes = 0;
  }

  @Override
  public void close() {
    prefixLengths.close();
    suffixLengths.close();
    copied.forEach(CapacityByteArrayOutputStream::close);
  }

  @Override
  public String memUsageString(String prefix) {
    return prefix + " " + getAllocatedSize() + " bytes";
  }
}
