package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.workspace.Fingerprint;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/** A file beside a shard that says where its documents lie; compared as the walk goes on. */
abstract class SpanFile implements Closeable {
  private final PackedFile file;
  private long number;
  private long wrong;
  private String problem = "";

  private SpanFile(PackedFile file) {
    this.file = file;
  }

  /**
   * Opens one.
   *
   * @param firstToken the shard's first token, counted as the file counts
   */
  static SpanFile open(PackedFile file, Path path, long firstToken, Configuration hadoop)
      throws IOException {
    FSDataInputStream in = path.getFileSystem(hadoop).open(path);
    if (path.getName().endsWith(".csv.gz")) {
      return new Lines(file, in);
    }
    in.seek(file.offset());
    return new Ends(file, in, firstToken);
  }

  String path() {
    return file.path();
  }

  /** Length of the file or its stretch. */
  long bytes() {
    return file.bytes();
  }

  /** The next span as the file has it, or nothing at its end. */
  abstract String next() throws IOException;

  /** A span as the file should have it, or nothing where it would have none. */
  abstract String expected(long begin, long end, boolean ends);

  /** SHA-256 of the file or its stretch, all of it. */
  abstract String sha256() throws IOException;

  /** Compares the next span of a document. */
  void check(long begin, long end, boolean ends) throws IOException {
    String expected = expected(begin, end, ends);
    if (expected == null) {
      return;
    }
    String found = next();
    number++;
    if (!expected.equals(found) && wrong++ == 0) {
      problem =
          found == null
              ? String.format("ends before document %,d of the shard, %s", number, expected)
              : String.format(
                  "says that document %,d of the shard lies at %s instead of %s",
                  number, found, expected);
    }
  }

  /** Tells what was found. */
  void finish(Findings findings) throws IOException {
    findings.checked(Check.STRUCTURE, 1);
    if (wrong == 0 && next() != null) {
      wrong++;
      problem = String.format("goes on after the %,d documents of the shard", number);
    }
    if (wrong > 0) {
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          "",
          problem + (wrong > 1 ? String.format(", and %,d more are wrong", wrong - 1) : ""));
    }
    findings.checked(Check.CHECKSUMS, 1);
    String digest = sha256();
    if (!digest.equals(file.sha256())) {
      findings.breach(
          Check.CHECKSUMS,
          file.path(),
          "",
          "its SHA-256 is " + digest + " instead of " + file.sha256());
    }
  }

  /** OLMo-core's lines of {@code start,end}. */
  private static final class Lines extends SpanFile {
    private final MessageDigest digest = Fingerprint.newSha256();
    private final InputStream raw;
    private BufferedReader lines;

    Lines(PackedFile file, InputStream in) {
      super(file);
      this.raw = new DigestInputStream(in, digest);
    }

    @Override
    String next() throws IOException {
      if (lines == null) {
        lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII));
      }
      return lines.readLine();
    }

    @Override
    String expected(long begin, long end, boolean ends) {
      return begin + "," + end;
    }

    @Override
    String sha256() throws IOException {
      byte[] rest = new byte[1 << 16];
      while (raw.read(rest) >= 0) {
        // Read only to be digested.
      }
      return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() throws IOException {
      raw.close();
    }
  }

  /** datatrove's ends of documents in the stream, 8 bytes each. */
  private static final class Ends extends SpanFile {
    private final RawTokens numbers;
    private final long firstToken;

    Ends(PackedFile file, InputStream in, long firstToken) {
      super(file);
      this.numbers = new RawTokens(in, file.bytes(), Long.BYTES);
      this.firstToken = firstToken;
    }

    @Override
    String next() throws IOException {
      return numbers.left() < Long.BYTES ? null : Long.toString(numbers.signedLong());
    }

    @Override
    String expected(long begin, long end, boolean ends) {
      return ends ? Long.toString(firstToken + end) : null;
    }

    @Override
    String sha256() throws IOException {
      return numbers.sha256();
    }

    @Override
    public void close() throws IOException {
      numbers.close();
    }
  }
}
