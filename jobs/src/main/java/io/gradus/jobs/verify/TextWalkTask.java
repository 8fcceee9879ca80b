package io.gradus.jobs.verify;

import com.github.luben.zstd.ZstdInputStream;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Json;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads shards of JSON lines with the documents that they should hold. A document's id is a digest
 * of its text, so that the documents need not be read for their texts.
 *
 * @param directory the pack stage's directory
 * @param shards all shards in order, sent once to each executor
 */
record TextWalkTask(
    String directory, Broadcast<List<Shard>> shards, SerializableConfiguration hadoop)
    implements MapPartitionsFunction<Row, String> {
  static final String POSITION = "position";

  /** Documents by shard; at position -1 there is none, but the shard is to be looked at. */
  static final StructType EXPECTED =
      new StructType()
          .add(ExpectedPiece.SHARD, DataTypes.IntegerType, false)
          .add(POSITION, DataTypes.LongType, false)
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType, true)
          .add(DocumentsTable.SOURCE, DataTypes.StringType, true);

  @Override
  public Iterator<String> call(Iterator<Row> rows) throws IOException {
    List<String> checks = new ArrayList<>();
    Row row = rows.hasNext() ? rows.next() : null;
    while (row != null) {
      int index = row.getInt(0);
      try (Walk walk = new Walk(shards.value().get(index))) {
        for (; row != null && row.getInt(0) == index; row = rows.hasNext() ? rows.next() : null) {
          if (row.getLong(1) >= 0) {
            walk.expect(row);
          }
        }
        checks.add(Json.write(walk.finish()));
      }
    }
    return checks.iterator();
  }

  /** One shard. */
  private final class Walk implements AutoCloseable {
    private final Shard shard;
    private final PackedFile file;
    private final Findings findings = new Findings(Findings.MOST_OF_PART);
    private final MessageDigest digest = Fingerprint.newSha256();
    private InputStream raw;
    private TextLines lines;
    private long documents;
    private boolean readable;

    Walk(Shard shard) throws IOException {
      this.shard = shard;
      this.file = shard.file(ShardFormat.JSONL);
      findings.checked(Check.FILES, 1);
      Path path = new Path(directory, file.path());
      try {
        long length = path.getFileSystem(hadoop.value()).getFileStatus(path).getLen();
        if (length != file.bytes()) {
          findings.breach(
              Check.FILES,
              file.path(),
              "",
              String.format("is %,d bytes long instead of %,d", length, file.bytes()));
          return;
        }
        FSDataInputStream in = path.getFileSystem(hadoop.value()).open(path);
        raw = new DigestInputStream(in, digest);
        readable = true;
      } catch (FileNotFoundException e) {
        findings.breach(Check.FILES, file.path(), "", "is missing");
      }
    }

    void expect(Row row) {
      documents++;
      if (!readable) {
        return;
      }
      String place = "line " + documents;
      String id = HexFormat.of().formatHex(row.<byte[]>getAs(DocumentsTable.DOC_ID));
      try {
        Optional<TextLines.Line> next = lines().next();
        if (next.isEmpty()) {
          readable = false;
          findings.breach(
              Check.STRUCTURE, file.path(), place, "is missing, and so are those after it");
          return;
        }
        TextLines.Line line = next.get();
        findings.checked(Check.TOKENS, 1);
        if (!line.docId().equals(id)) {
          findings.breach(
              Check.ORDER, file.path(), place, "is document " + line.docId() + " instead of " + id);
        } else if (!line.source().equals(row.getAs(DocumentsTable.SOURCE))) {
          findings.breach(
              Check.STRUCTURE,
              file.path(),
              place,
              String.format(
                  "is of source %s instead of %s",
                  line.source(), row.<String>getAs(DocumentsTable.SOURCE)));
        } else if (!line.textId().equals(id)) {
          findings.breach(
              Check.TOKENS, file.path(), place, "the text is not that of document " + id);
        }
      } catch (IOException e) {
        readable = false;
        findings.breach(Check.STRUCTURE, file.path(), place, "cannot be read: " + e.getMessage());
      }
    }

    private TextLines lines() throws IOException {
      if (lines == null) {
        lines = new TextLines(new ZstdInputStream(raw));
      }
      return lines;
    }

    ShardCheck finish() {
      try {
        if (readable && lines().next().isPresent()) {
          findings.breach(
              Check.STRUCTURE,
              file.path(),
              "line " + (documents + 1),
              "is there, but no document of the order");
        }
      } catch (IOException e) {
        findings.breach(
            Check.STRUCTURE,
            file.path(),
            "line " + (documents + 1),
            "cannot be read: " + e.getMessage());
      }
      try {
        if (raw != null) {
          checkDigest();
        }
      } catch (IOException e) {
        findings.breach(Check.STRUCTURE, file.path(), "", "cannot be read: " + e.getMessage());
      }
      new Numbers(Check.STRUCTURE, file.path(), "shard " + shard.index(), findings)
          .check("documents", shard.documents(), documents);
      return new ShardCheck(
          shard.index(), documents, file.bytes(), 0, null, null, null, null, findings.summary());
    }

    private void checkDigest() throws IOException {
      byte[] rest = new byte[1 << 16];
      while (raw.read(rest) >= 0) {
        // Read only to be digested.
      }
      findings.checked(Check.CHECKSUMS, 1);
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(file.sha256())) {
        findings.breach(
            Check.CHECKSUMS,
            file.path(),
            "",
            "its SHA-256 is " + found + " instead of " + file.sha256());
      }
    }

    @Override
    public void close() throws IOException {
      if (raw != null) {
        raw.close();
      }
    }
  }
}
