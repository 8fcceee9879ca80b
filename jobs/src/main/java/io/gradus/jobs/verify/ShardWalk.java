package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TokenHash;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads one shard in all formats side by side, as the order says that its documents follow one
 * another. Memory does not depend on the lengths of shard or document.
 */
final class ShardWalk implements Closeable {
  private static final int CHUNK_TOKENS = 1 << 14;

  private final PackedShards table;
  private final PackedStream stream;
  private final List<Shard> shards;
  private final Shard shard;
  private final String shape;
  private final Findings findings = new Findings(Findings.MOST_OF_PART);
  private final List<Track> tracks = new ArrayList<>();
  private final List<ShardCheck.Cut> cuts = new ArrayList<>();
  private final int[] buffer = new int[CHUNK_TOKENS];
  private long cursor;
  private long documents;
  private long bytes;
  private ShardCheck.Edge first;
  private ShardCheck.Edge last;
  private ShardCheck.Edge firstBegun;
  private ShardCheck.Edge lastBegun;

  /**
   * Opens the shard in every format; one that cannot be opened is a breach and then left out.
   *
   * @param shards all shards in order
   * @param index the shard to walk through
   * @param root the pack stage's directory
   * @param shape the order's shape
   */
  ShardWalk(
      PackedShards table,
      List<Shard> shards,
      int index,
      String shape,
      Path root,
      Configuration hadoop)
      throws IOException {
    this.table = table;
    this.stream = table.stream();
    this.shards = shards;
    this.shard = shards.get(index);
    this.shape = shape;
    this.cursor = stream.firstToken(index);
    for (PackedFormat format : table.formats()) {
      Track track = new Track(format, shard.file(format.format()));
      tracks.add(track);
      track.open(root, hadoop);
    }
  }

  /** Takes the next piece that the order expects here; pieces come in the order of the stream. */
  void expect(ExpectedPiece piece) {
    checkDocument(piece);
    String place = "position " + piece.position();
    if (piece.from() < cursor || piece.to() > stream.endToken(shard.index())) {
      findings.breach(
          Check.ORDER,
          "order",
          place,
          String.format(
              "document %s lies at stream tokens %,d to %,d, where %,d is next and shard %d ends"
                  + " at %,d",
              piece.docId(),
              piece.from(),
              piece.to(),
              cursor,
              shard.index(),
              stream.endToken(shard.index())));
      return;
    }
    if (piece.from() > cursor) {
      findings.breach(
          Check.ORDER,
          "order",
          place,
          String.format(
              "document %s begins at stream token %,d, but the one before it ends at %,d",
              piece.docId(), piece.from(), cursor));
      tracks.forEach(track -> track.skip(piece.from() - cursor));
    }
    checkNeighbours(piece, place);
    tracks.forEach(track -> track.check(piece));
    cursor = piece.to();
  }

  private void checkDocument(ExpectedPiece piece) {
    if (!piece.begins()) {
      return;
    }
    findings.checked(Check.ORDER, 1);
    String place = "position " + piece.position();
    if (piece.expectedHash().isEmpty()) {
      findings.breach(
          Check.ORDER, "order", place, "document " + piece.docId() + " is not in the documents");
    } else if (piece.documentTokens() != piece.tokens()) {
      findings.breach(
          Check.ORDER,
          "order",
          place,
          String.format(
              "document %s has %,d tokens in the order and %,d in the documents",
              piece.docId(), piece.tokens(), piece.documentTokens()));
    }
  }

  private void checkNeighbours(ExpectedPiece piece, String place) {
    if (last != null && piece.position() != last.position() + (piece.begins() ? 1 : 0)) {
      findings.breach(Check.ORDER, "order", place, "follows position " + last.position());
    }
    first =
        first == null
            ? new ShardCheck.Edge(piece.position(), piece.quantile(), piece.begins())
            : first;
    last = new ShardCheck.Edge(piece.position(), piece.quantile(), piece.ends());
    if (piece.begins()) {
      documents++;
      ShardCheck.Edge begun = new ShardCheck.Edge(piece.position(), piece.quantile(), true);
      firstBegun = firstBegun == null ? begun : firstBegun;
      if (lastBegun != null) {
        Monotony.check(shape, lastBegun, begun, findings);
      }
      lastBegun = begun;
    }
  }

  /** Checks what comes after the last piece, and the checksums. */
  ShardCheck finish() {
    long end = stream.endToken(shard.index());
    if (cursor < end) {
      findings.breach(
          Check.ORDER,
          "order",
          "shard " + shard.index(),
          String.format("its documents end at stream token %,d instead of %,d", cursor, end));
      tracks.forEach(track -> track.skip(end - cursor));
      cursor = end;
    }
    if (first != null
        && (shard.documents() != documents
            || shard.firstPosition() != first.position()
            || shard.lastPosition() != last.position())) {
      findings.breach(
          Check.STRUCTURE,
          PackedShards.SHARD_LIST,
          "shard " + shard.index(),
          String.format(
              "lists %,d documents from position %,d to %,d; the order has %,d from %,d to %,d",
              shard.documents(),
              shard.firstPosition(),
              shard.lastPosition(),
              documents,
              first.position(),
              last.position()));
    }
    for (Track track : tracks) {
      track.checkPadding();
      track.checkDigest();
    }
    return new ShardCheck(
        shard.index(),
        documents,
        bytes,
        first,
        last,
        firstBegun,
        lastBegun,
        cuts,
        findings.summary());
  }

  @Override
  public void close() throws IOException {
    for (Track track : tracks) {
      track.close();
    }
  }

  /** One format's bytes of the shard. */
  private final class Track implements Closeable {
    private final PackedFormat format;
    private final PackedFile file;
    private TokenReader reader;
    private boolean readable;

    Track(PackedFormat format, PackedFile file) {
      this.format = format;
      this.file = file;
    }

    void open(Path root, Configuration hadoop) throws IOException {
      Path path = new Path(root, file.path());
      FileSystem fileSystem = path.getFileSystem(hadoop);
      findings.checked(Check.FILES, 1);
      long length;
      try {
        length = fileSystem.getFileStatus(path).getLen();
      } catch (FileNotFoundException e) {
        // A file that all shards share is reported once, by the driver.
        if (format.format() != ShardFormat.MEGATRON) {
          findings.breach(Check.FILES, file.path(), "", "is missing");
        }
        return;
      }
      boolean whole = format.format() != ShardFormat.MEGATRON;
      if (whole ? length != file.bytes() : length < file.offset() + file.bytes()) {
        findings.breach(
            Check.FILES,
            file.path(),
            "",
            whole
                ? String.format("is %,d bytes long instead of %,d", length, file.bytes())
                : String.format(
                    "ends at byte %,d, before the end of shard %d at byte %,d",
                    length, shard.index(), file.offset() + file.bytes()));
        return;
      }
      findings.checked(Check.STRUCTURE, 1);
      try {
        readable = openReader(fileSystem, path, hadoop);
      } catch (IOException | RuntimeException e) {
        unreadable(e);
      }
    }

    private boolean openReader(FileSystem fileSystem, Path path, Configuration hadoop)
        throws IOException {
      int sequenceLength = stream.sequenceLength();
      if (format.format() == ShardFormat.PARQUET) {
        reader = ParquetSequences.open(hadoop, path, shard.sequences(), sequenceLength);
        return true;
      }
      FSDataInputStream in = fileSystem.open(path);
      RawTokens raw = new RawTokens(in, file.bytes(), format.tokenBytes());
      reader = raw;
      in.seek(file.offset());
      if (format.format() == ShardFormat.MDS) {
        return MdsHeader.check(
            raw, file.path(), shard.sequences(), sequenceLength, format.tokenBytes(), findings);
      }
      if (raw.left() != shard.sequences() * sequenceLength * format.tokenBytes()) {
        findings.breach(
            Check.STRUCTURE,
            file.path(),
            "shard " + shard.index(),
            String.format("has %,d bytes for %,d sequences", raw.left(), shard.sequences()));
        return false;
      }
      return true;
    }

    private void unreadable(Exception cause) {
      readable = false;
      findings.breach(
          Check.STRUCTURE,
          file.path(),
          place(cursor),
          "cannot be read: " + (cause.getMessage() == null ? cause : cause.getMessage()));
    }

    void check(ExpectedPiece piece) {
      long tokens = piece.documentTokensInPiece();
      long hash = readable ? hash(tokens) : TokenHash.EMPTY;
      if (piece.ends() && readable) {
        checkEndOfText(piece);
      }
      if (!piece.begins() || !piece.ends()) {
        cuts.add(
            new ShardCheck.Cut(
                format.format(),
                piece.position(),
                piece.docId(),
                file.path(),
                place(piece.from()),
                piece.begins(),
                piece.ends(),
                readable,
                hash,
                tokens,
                piece.expectedHash().orElse(null)));
      } else if (readable && piece.expectedHash().isPresent()) {
        findings.checked(Check.TOKENS, 1);
        if (hash != piece.expectedHash().get()) {
          findings.breach(
              Check.TOKENS,
              file.path(),
              place(piece.from()),
              wrongTokens(piece.docId(), piece.position()));
        }
      }
    }

    private long hash(long tokens) {
      long[] hash = {TokenHash.EMPTY};
      read(
          tokens,
          count -> {
            long next = hash[0];
            for (int i = 0; i < count; i++) {
              next = TokenHash.append(next, buffer[i]);
            }
            hash[0] = next;
          });
      return hash[0];
    }

    private void checkEndOfText(ExpectedPiece piece) {
      read(
          1,
          count -> {
            findings.checked(Check.END_OF_TEXT, 1);
            if (buffer[0] != table.endOfText()) {
              findings.breach(
                  Check.END_OF_TEXT,
                  file.path(),
                  place(piece.to() - 1),
                  String.format(
                      "token %d follows document %s instead of end-of-text, %d",
                      buffer[0], piece.docId(), table.endOfText()));
            }
          });
    }

    void checkPadding() {
      long[] wrong = {0, -1, 0};
      long[] at = {stream.endToken(shard.index())};
      if (readable) {
        read(
            stream.paddingTokens(shard.index()),
            count -> {
              findings.checked(Check.PADDING, count);
              for (int i = 0; i < count; i++) {
                if (buffer[i] != table.endOfText() && wrong[0]++ == 0) {
                  wrong[1] = at[0] + i;
                  wrong[2] = buffer[i];
                }
              }
              at[0] += count;
            });
      }
      if (wrong[0] > 0) {
        findings.breach(
            Check.PADDING,
            file.path(),
            place(wrong[1]),
            String.format(
                "the padding holds token %d instead of end-of-text, %d; %,d of %,d tokens are"
                    + " wrong",
                wrong[2], table.endOfText(), wrong[0], stream.paddingTokens(shard.index())));
      }
    }

    void checkDigest() {
      if (reader == null) {
        return;
      }
      findings.checked(Check.CHECKSUMS, 1);
      try {
        String digest = reader.sha256();
        bytes += file.bytes();
        if (!digest.equals(file.sha256())) {
          findings.breach(
              Check.CHECKSUMS,
              file.path(),
              format.format() == ShardFormat.MEGATRON ? "shard " + shard.index() : "",
              "its SHA-256 is " + digest + ownerOf(digest) + " instead of " + file.sha256());
        }
      } catch (IOException e) {
        unreadable(e);
      }
    }

    private String ownerOf(String digest) {
      return shards.stream()
          .map(other -> other.file(format.format()))
          .filter(other -> other.sha256().equals(digest))
          .findFirst()
          .map(other -> ", which is that of " + other.path())
          .orElse("");
    }

    void skip(long tokens) {
      read(tokens, count -> {});
    }

    /** Reads tokens through the buffer; what cannot be read is a breach, and nothing more is. */
    private void read(long tokens, LongConsumer chunk) {
      try {
        for (long left = tokens; left > 0 && readable; left -= buffer.length) {
          int count = (int) Math.min(left, buffer.length);
          reader.read(buffer, count);
          chunk.accept(count);
        }
      } catch (IOException | RuntimeException e) {
        unreadable(e);
      }
    }

    private String place(long token) {
      long inFile =
          format.format() == ShardFormat.MEGATRON
              ? token
              : token - stream.firstToken(shard.index());
      return String.format(
          "sequence %d token %d",
          inFile / stream.sequenceLength(), inFile % stream.sequenceLength());
    }

    @Override
    public void close() throws IOException {
      if (reader != null) {
        reader.close();
      }
    }
  }

  static String wrongTokens(String docId, long position) {
    return "the tokens are not those of document " + docId + " at position " + position;
  }
}
