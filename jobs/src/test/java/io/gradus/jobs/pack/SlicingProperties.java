package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.TokenBytes;
import io.gradus.jobs.pack.ShardGroup.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SlicingProperties {

  @Property(tries = 200)
  void sequencesAndPaddingAreTheStream(
      @ForAll @IntRange(min = 1, max = 5000) int tokens,
      @ForAll @IntRange(min = 2, max = 64) int sequenceLength,
      @ForAll @IntRange(min = 1, max = 700) int shardTokens) {
    PackedStream stream = PackedStream.of(tokens, sequenceLength, shardTokens);

    assertThat(stream.shardTokens() % sequenceLength).isZero();
    assertThat(stream.shardTokens())
        .isBetween((long) shardTokens, shardTokens + sequenceLength - 1L);
    assertThat(stream.paddingTokens()).isBetween(0L, sequenceLength - 1L);
    assertThat(stream.sequences() * sequenceLength).isEqualTo(tokens + stream.paddingTokens());
  }

  @Property(tries = 200)
  void piecesOfDocumentsAreTheStreamHoweverTheyAreCutAndDealtOut(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 0, max = 90) Integer> lengths,
      @ForAll @IntRange(min = 2, max = 16) int sequenceLength,
      @ForAll @IntRange(min = 1, max = 120) int shardTokens,
      @ForAll @IntRange(min = 1, max = 50) int mostPieceTokens,
      @ForAll boolean withBegin,
      @ForAll @IntRange(min = 0, max = 3) int kind,
      @ForAll long seed)
      throws IOException {
    DocumentMarks marks = new DocumentMarks(withBegin ? 998 : PackedShards.NO_TOKEN, 999);
    long tokens = lengths.stream().mapToLong(length -> length + marks.tokens()).sum();
    PackedStream stream = PackedStream.of(tokens, sequenceLength, shardTokens);
    long rows = stream.shardTokens() / sequenceLength;
    SequenceLayout layout =
        switch (kind) {
          case 0 -> new SequenceLayout.Sorted(stream.sequences(), rows);
          case 1 -> new SequenceLayout.Strided(stream.sequences(), 3, rows);
          case 2 -> new SequenceLayout.StridedShards(stream.sequences(), 2, 3, 2, rows);
          default -> new SequenceLayout.RankBlocks(stream.sequences(), 2, 3, 2, rows);
        };
    ShardGroup group =
        new ShardGroup(5, 0, "shards.jsonl", stream, false, Content.TOKENS, layout, 1, List.of());
    List<Piece> pieces = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    Random random = new Random(seed);
    long start = 0;
    for (int position = 0; position < lengths.size(); position++) {
      int[] ids = random.ints(lengths.get(position), 0, 999).toArray();
      DocumentPart document =
          new DocumentPart(
              0,
              "",
              0,
              position,
              start - (long) position * marks.tokens(),
              ids.length,
              0,
              ids.length + (long) marks.tokens(),
              start,
              "source",
              0,
              0.0);
      ByteSource content = ByteSource.of(TokenBytes.encode(ids, 2));
      for (DocumentPart.Slice slice : document.slices(group, mostPieceTokens)) {
        assertThat(slice.to() - slice.from()).isBetween(1L, (long) mostPieceTokens);
        assertThat(group.unit(start + slice.to() - 1)).isEqualTo(slice.unit());
        pieces.add(document.piece(slice, content, 2, marks));
      }
      if (marks.hasBegin()) {
        expected.add(marks.beginOfText());
      }
      for (int id : ids) {
        expected.add(id);
      }
      expected.add(999);
      start += document.tokens();
    }
    Collections.shuffle(pieces, random);

    Integer[] found = new Integer[expected.size()];
    for (Piece piece : pieces) {
      for (int at = 0; at < piece.content().length; at += 2) {
        int token = TokenBytes.read(piece.content(), at, 2);
        int place = (int) group.token(piece.unit() - group.firstUnit(), piece.offset() + at / 2);
        assertThat(found[place]).isNull();
        found[place] = token;
      }
    }
    assertThat(found).containsExactlyElementsOf(expected);
    assertThat(pieces.stream().filter(Piece::begins)).hasSize(lengths.size());
    assertThat(pieces.stream().filter(Piece::ends)).hasSize(lengths.size());
  }

  @Property(tries = 50)
  void parquetBytesDoNotDependOnHowTokensArrive(
      @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 30) Integer> cuts) throws IOException {
    int[] tokens = new Random(3).ints(40 * 16, 0, 50_000).toArray();
    byte[] bytes = TokenBytes.encode(tokens, 2);

    assertThat(parquet(bytes, cuts)).isEqualTo(parquet(bytes, List.of()));
  }

  private static byte[] parquet(byte[] tokens, List<Integer> cuts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ParquetSequenceWriter writer =
        new ParquetSequenceWriter(
            new HashedOutput(out), 16, 2, List.of(ParquetSequenceWriter.TOKENS))) {
      int from = 0;
      for (int cut : cuts) {
        int to = Math.min(tokens.length, from + 2 * cut);
        writer.write(Arrays.copyOfRange(tokens, from, to));
        from = to;
      }
      writer.write(Arrays.copyOfRange(tokens, from, tokens.length));
    }
    return out.toByteArray();
  }
}
