package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Looks at one file, or at a shard's stretch of one, before its reading is simulated.
 *
 * @param directory the pack stage's directory
 * @param files all files, sent once to each executor
 * @param bytes whether they are to be read
 * @param done counts bytes
 */
record FileCheckTask(
    String directory,
    Broadcast<List<PackedFile>> files,
    ReadingJob.Bytes bytes,
    SerializableConfiguration hadoop,
    LongAccumulator done)
    implements MapFunction<Long, String> {
  private static final int BUFFER = 1 << 18;

  /**
   * What was found.
   *
   * @param index the file's number
   * @param length of the whole file; -1 where it is missing
   * @param rows of a Parquet file, else -1
   */
  record Facts(int index, long length, long rows, Findings.Summary findings) {}

  @Override
  public String call(Long index) throws IOException {
    PackedFile file = files.value().get(index.intValue());
    Findings findings = new Findings(Findings.MOST_OF_PART);
    findings.checked(Check.FILES, 1);
    Path path = new Path(directory, file.path());
    long length;
    try {
      length = path.getFileSystem(hadoop.value()).getFileStatus(path).getLen();
    } catch (FileNotFoundException e) {
      findings.breach(Check.FILES, file.path(), "", "is missing");
      return Json.write(new Facts(index.intValue(), -1, -1, findings.summary()));
    }
    if (length < file.offset() + file.bytes()) {
      findings.breach(
          Check.FILES,
          file.path(),
          "",
          String.format("is %,d bytes long instead of %,d", length, file.offset() + file.bytes()));
    } else if (bytes == ReadingJob.Bytes.UNREAD) {
      checkDigest(path, file, findings);
    }
    done.add(file.bytes());
    return Json.write(
        new Facts(index.intValue(), length, rows(path, findings), findings.summary()));
  }

  private void checkDigest(Path path, PackedFile file, Findings findings) throws IOException {
    findings.checked(Check.CHECKSUMS, 1);
    MessageDigest digest = Fingerprint.newSha256();
    byte[] buffer = new byte[BUFFER];
    try (FSDataInputStream in = path.getFileSystem(hadoop.value()).open(path)) {
      in.seek(file.offset());
      for (long left = file.bytes(); left > 0; ) {
        int read = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
        if (read == 0) {
          break;
        }
        digest.update(buffer, 0, read);
        left -= read;
      }
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(file.sha256())) {
      findings.breach(
          Check.CHECKSUMS,
          file.path(),
          file.offset() == 0 ? "" : "byte " + file.offset(),
          "its SHA-256 is " + found + " instead of " + file.sha256());
    }
  }

  private long rows(Path path, Findings findings) {
    if (!path.getName().endsWith(LoaderFiles.PARQUET)) {
      return -1;
    }
    try (ParquetFileReader reader = ParquetRows.open(hadoop.value(), path)) {
      return reader.getRecordCount();
    } catch (IOException | RuntimeException e) {
      findings.breach(
          Check.STRUCTURE, path.getName(), "", "cannot be read as Parquet: " + e.getMessage());
      return -1;
    }
  }
}
