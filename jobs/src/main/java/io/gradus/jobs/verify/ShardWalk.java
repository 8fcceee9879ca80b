package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.Packing;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TokenHash;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;

/**
 * Reads one shard in all formats of its layout side by side, as the order says that its documents
 * follow one another. Memory does not depend on the lengths of documents.
 */
final class ShardWalk implements Closeable {
  private static final int CHUNK_TOKENS = 1 << 14;

  private final WalkPlan plan;
  private final PackedShards table;
  private final List<Shard> shards;
  private final Shard shard;
  private final long end;
  private final Findings findings = new Findings(Findings.MOST_OF_PART);
  private final List<Track> tracks = new ArrayList<>();
  private final List<Row> parts = new ArrayList<>();
  private final List<SpanFile> spanFiles = new ArrayList<>();
  private final List<SequenceLengths> lengths = new ArrayList<>();
  private final int[] buffer = new int[CHUNK_TOKENS];
  private long cursor;
  private long documents;
  private long bytes;
  private long padding;
  private long spanBegin = -1;
  private long spanEnd;
  private long spanNextToken;
  private long spanPosition;
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
   */
  ShardWalk(WalkPlan plan, List<Shard> shards, int index, Path root, Configuration hadoop)
      throws IOException {
    this.plan = plan;
    this.table = plan.table();
    this.shards = shards;
    this.shard = shards.get(index);
    this.end = plan.cut().shardTokens(index);
    for (PackedFormat format : plan.formats()) {
      Track track = new Track(format, shard.file(format.format()));
      tracks.add(track);
      track.open(root, hadoop);
      openSpanFiles(format, root, hadoop);
      if (table.boundaries() && format.format() == ShardFormat.PARQUET && track.readable) {
        openLengths(track.file, root, hadoop);
      }
    }
  }

  private void openLengths(PackedFile file, Path root, Configuration hadoop) {
    try {
      lengths.add(
          SequenceLengths.open(
              file, new Path(root, file.path()), plan.cut().stream().sequenceLength(), hadoop));
    } catch (IOException e) {
      findings.breach(Check.STRUCTURE, file.path(), "", "cannot be read: " + e.getMessage());
    }
  }

  /** Goes on to a token in the lists of lengths. */
  private void lengthsTo(long token, boolean closes) {
    for (SequenceLengths each : List.copyOf(lengths)) {
      try {
        if (closes) {
          each.closeAt(token);
        } else {
          each.to(token);
        }
      } catch (IOException | RuntimeException e) {
        lengths.remove(each);
        findings.breach(Check.STRUCTURE, each.path(), "", "cannot be read: " + e.getMessage());
      }
    }
  }

  /** A format's first file holds the tokens; others say where documents lie. */
  private void openSpanFiles(PackedFormat format, Path root, Configuration hadoop)
      throws IOException {
    List<PackedFile> files =
        shard.files().stream().filter(file -> file.format() == format.format()).toList();
    for (PackedFile file : files.subList(1, files.size())) {
      Path path = new Path(root, file.path());
      findings.checked(Check.FILES, 1);
      try {
        long length = path.getFileSystem(hadoop).getFileStatus(path).getLen();
        boolean shared = WalkPlan.shared(format, file);
        if (shared ? length >= file.offset() + file.bytes() : length == file.bytes()) {
          long firstToken =
              plan.cut().layout().sequence(shard.index(), 0) * plan.cut().stream().sequenceLength();
          spanFiles.add(SpanFile.open(file, path, firstToken, hadoop));
        } else if (!shared) {
          findings.breach(
              Check.FILES,
              file.path(),
              "",
              String.format("is %,d bytes long instead of %,d", length, file.bytes()));
        }
      } catch (FileNotFoundException e) {
        if (!WalkPlan.shared(format, file)) {
          findings.breach(Check.FILES, file.path(), "", "is missing");
        }
      }
    }
  }

  /** Goes on with the span of the document before, or begins one. */
  private void span(ExpectedPiece piece) {
    boolean goesOn =
        spanBegin >= 0
            && piece.position() == spanPosition
            && piece.from() == spanEnd
            && piece.firstToken() == spanNextToken;
    if (!goesOn) {
      endSpan(false);
      spanBegin = piece.from();
      spanPosition = piece.position();
    }
    spanEnd = piece.to();
    spanNextToken = piece.firstToken() + piece.to() - piece.from();
    if (piece.closes()) {
      endSpan(piece.ends(table.tokensBesideText()));
    }
  }

  private void endSpan(boolean ends) {
    if (spanBegin < 0) {
      return;
    }
    for (SpanFile file : List.copyOf(spanFiles)) {
      try {
        file.check(spanBegin, spanEnd, ends);
      } catch (IOException e) {
        unreadable(file, e);
      }
    }
    spanBegin = -1;
  }

  private void unreadable(SpanFile file, IOException cause) {
    spanFiles.remove(file);
    findings.breach(Check.STRUCTURE, file.path(), "", "cannot be read: " + cause.getMessage());
  }

  /** Takes the next piece that the order expects here; pieces come as they lie in the shard. */
  void expect(ExpectedPiece piece) {
    if (piece.isNone()) {
      return;
    }
    checkDocument(piece);
    String place = "position " + piece.position();
    if (piece.from() < cursor || piece.to() > end) {
      findings.breach(
          Check.ORDER,
          "order",
          place,
          String.format(
              "document %s lies at tokens %,d to %,d of shard %d, where %,d is next and the last"
                  + " one ends at %,d",
              piece.docId(), piece.from(), piece.to(), shard.index(), cursor, end));
      return;
    }
    if (piece.from() > cursor) {
      if (table.packing() == Packing.BEST_FIT) {
        padTo(piece.from());
      } else {
        findings.breach(
            Check.ORDER,
            "order",
            place,
            String.format(
                "document %s begins at token %,d of shard %d, but the one before it ends at %,d",
                piece.docId(), piece.from(), shard.index(), cursor));
        tracks.forEach(track -> track.skip(piece.from() - cursor));
      }
    }
    checkNeighbours(piece, place);
    cursor = piece.from();
    span(piece);
    tracks.forEach(track -> track.check(piece));
    cursor = piece.to();
    lengthsTo(cursor, piece.closes());
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
    boolean ends = piece.ends(table.tokensBesideText());
    if (plan.contiguous()
        && last != null
        && piece.position() != last.position() + (piece.begins() ? 1 : 0)) {
      findings.breach(Check.ORDER, "order", place, "follows position " + last.position());
    }
    first =
        first == null
            ? new ShardCheck.Edge(piece.position(), piece.quantile(), piece.begins())
            : first;
    last = new ShardCheck.Edge(piece.position(), piece.quantile(), ends);
    if (piece.begins()) {
      documents++;
      ShardCheck.Edge begun = new ShardCheck.Edge(piece.position(), piece.quantile(), true);
      firstBegun = firstBegun == null ? begun : firstBegun;
      if (plan.contiguous() && lastBegun != null) {
        Monotony.check(plan.shape(), lastBegun, begun, findings);
      }
      lastBegun = begun;
    }
  }

  private void padTo(long token) {
    if (token > cursor) {
      endSpan(false);
    }
    tracks.forEach(track -> track.checkPadding(token - cursor));
    padding += token - cursor;
    cursor = token;
    lengthsTo(cursor, false);
  }

  /** Checks what comes after the last piece, and the checksums. */
  ShardCheck finish() {
    long full =
        table.packing() == Packing.BEST_FIT ? cursor : plan.cut().streamTokens(shard.index());
    if (cursor < full) {
      findings.breach(
          Check.ORDER,
          "order",
          "shard " + shard.index(),
          String.format("its documents end at token %,d instead of %,d", cursor, full));
      tracks.forEach(track -> track.skip(full - cursor));
      cursor = full;
    }
    padTo(end);
    if (first != null && shard.documents() != documents) {
      tellShardList("documents", shard.documents(), documents);
    } else if (first != null
        && plan.contiguous()
        && (shard.firstPosition() != first.position() || shard.lastPosition() != last.position())) {
      tellShardList("first position", shard.firstPosition(), first.position());
      tellShardList("last position", shard.lastPosition(), last.position());
    }
    for (Track track : tracks) {
      track.tellPadding();
      track.checkDigest();
    }
    lengths.forEach(each -> each.finish(findings));
    endSpan(false);
    for (SpanFile file : List.copyOf(spanFiles)) {
      try {
        file.finish(findings);
        bytes += file.bytes();
      } catch (IOException e) {
        unreadable(file, e);
      }
    }
    return new ShardCheck(
        shard.index(),
        documents,
        bytes,
        padding,
        first,
        last,
        firstBegun,
        lastBegun,
        findings.summary());
  }

  private void tellShardList(String what, long listed, long found) {
    new Numbers(Check.STRUCTURE, plan.shardList(), "shard " + shard.index(), findings)
        .check(what, listed, found);
  }

  /** Rows of {@link DocumentPart} for the documents that are not whole in this shard. */
  List<Row> parts() {
    return parts;
  }

  @Override
  public void close() throws IOException {
    for (Track track : tracks) {
      track.close();
    }
    for (SpanFile file : spanFiles) {
      file.close();
    }
    for (SequenceLengths each : lengths) {
      each.close();
    }
  }

  /** One format's bytes of the shard. */
  private final class Track implements Closeable {
    private final PackedFormat format;
    private final PackedFile file;
    private final boolean shared;
    private TokenReader reader;
    private boolean readable;
    private long padded;
    private long wrongPadding;
    private long firstWrong;
    private int firstWrongToken;

    Track(PackedFormat format, PackedFile file) {
      this.format = format;
      this.file = file;
      this.shared = WalkPlan.shared(format, file);
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
        if (!shared) {
          findings.breach(Check.FILES, file.path(), "", "is missing");
        }
        return;
      }
      if (shared ? length < file.offset() + file.bytes() : length != file.bytes()) {
        findings.breach(
            Check.FILES,
            file.path(),
            "",
            shared
                ? String.format(
                    "ends at byte %,d, before the end of shard %d at byte %,d",
                    length, shard.index(), file.offset() + file.bytes())
                : String.format("is %,d bytes long instead of %,d", length, file.bytes()));
        return;
      }
      findings.checked(Check.STRUCTURE, 1);
      try {
        ShardReader opened =
            ShardReader.open(
                format,
                file,
                path,
                plan.cut().layout().rows(shard.index()),
                plan.cut().stream().sequenceLength(),
                hadoop,
                findings);
        reader = opened.tokens();
        readable = opened.readable();
      } catch (IOException | RuntimeException e) {
        unreadable(e);
      }
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
      int begin = table.tokensBesideText() - 1;
      long pieceEnd = piece.firstToken() + piece.to() - piece.from();
      long textFrom = Math.max(piece.firstToken(), begin);
      long textTo = Math.min(pieceEnd, begin + piece.tokens());
      long tokens = Math.max(0, textTo - textFrom);
      boolean ends = piece.ends(table.tokensBesideText());
      if (readable && begin > 0 && piece.begins()) {
        checkToken(piece, piece.from(), table.beginOfText(), "precedes", "the beginning token");
      }
      long hash =
          readable ? hash(piece.from() + textFrom - piece.firstToken(), tokens) : TokenHash.EMPTY;
      if (readable && ends) {
        checkToken(piece, piece.to() - 1, table.endOfText(), "follows", "end-of-text");
      }
      if (!piece.begins() || !ends) {
        parts.add(
            new DocumentPart(
                    format.format().label(),
                    piece.position(),
                    shard.index(),
                    piece.firstToken(),
                    file.path(),
                    place(piece.from()),
                    readable,
                    TokenHash.share(hash, Math.max(0, begin + piece.tokens() - textTo)),
                    tokens,
                    piece.tokens(),
                    piece.docId(),
                    piece.tokenHash())
                .row());
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

    private long hash(long from, long tokens) {
      long[] state = {TokenHash.EMPTY, from};
      read(
          tokens,
          count -> {
            state[0] = TokenHash.append(state[0], buffer, 0, count);
            checkVocabulary(state[1], count);
            state[1] += count;
          });
      return state[0];
    }

    private void checkVocabulary(long from, int count) {
      int most = Integer.MIN_VALUE;
      for (int i = 0; i < count; i++) {
        // The sign's bit turned, so that signed order is that of unsigned numbers.
        most = Math.max(most, buffer[i] ^ Integer.MIN_VALUE);
      }
      if (Integer.compareUnsigned(most ^ Integer.MIN_VALUE, plan.vocabularySize()) >= 0) {
        tellForeignTokens(from, count);
      }
    }

    private void tellForeignTokens(long from, int count) {
      long foreign = 0;
      int first = -1;
      for (int i = 0; i < count; i++) {
        if (Integer.compareUnsigned(buffer[i], plan.vocabularySize()) >= 0) {
          first = foreign++ == 0 ? i : first;
        }
      }
      findings.breaches(
          Check.TOKENS,
          foreign,
          List.of(
              new Breach(
                  Check.TOKENS,
                  file.path(),
                  place(from + first),
                  String.format(
                      "token %d is not in the vocabulary of %,d ids",
                      Integer.toUnsignedLong(buffer[first]), plan.vocabularySize()))));
    }

    private void checkToken(ExpectedPiece piece, long at, int expected, String where, String name) {
      read(
          1,
          count -> {
            findings.checked(Check.END_OF_TEXT, 1);
            if (buffer[0] != expected) {
              findings.breach(
                  Check.END_OF_TEXT,
                  file.path(),
                  place(at),
                  String.format(
                      "token %d %s document %s instead of %s, %d",
                      buffer[0], where, piece.docId(), name, expected));
            }
          });
    }

    void checkPadding(long tokens) {
      if (!readable) {
        return;
      }
      long[] at = {cursor};
      read(
          tokens,
          count -> {
            for (int i = 0; i < count; i++) {
              if (buffer[i] != table.endOfText() && wrongPadding++ == 0) {
                firstWrong = at[0] + i;
                firstWrongToken = buffer[i];
              }
            }
            at[0] += count;
            padded += count;
          });
    }

    void tellPadding() {
      findings.checked(Check.PADDING, padded);
      if (wrongPadding > 0) {
        findings.breach(
            Check.PADDING,
            file.path(),
            place(firstWrong),
            String.format(
                "the padding holds token %d instead of end-of-text, %d; %,d of %,d tokens are"
                    + " wrong",
                firstWrongToken, table.endOfText(), wrongPadding, padding));
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
              shared ? "shard " + shard.index() : "",
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
    private void read(long tokens, IntConsumer chunk) {
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
      int length = plan.cut().stream().sequenceLength();
      long inFile = token + (shared ? file.offset() / format.tokenBytes() : 0);
      return String.format("sequence %d token %d", inFile / length, inFile % length);
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
