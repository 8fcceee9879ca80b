package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.PackedStream;
import io.gradus.common.table.TokenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SlicingProperties {

  @Property(tries = 200)
  void shardsAndSequencesCoverTheStreamOnce(
      @ForAll @IntRange(min = 1, max = 5000) int tokens,
      @ForAll @IntRange(min = 2, max = 64) int sequenceLength,
      @ForAll @IntRange(min = 1, max = 700) int shardTokens) {
    PackedStream stream = PackedStream.of(tokens, sequenceLength, shardTokens);

    assertThat(stream.shardTokens() % sequenceLength).isZero();
    assertThat(stream.shardTokens())
        .isBetween((long) shardTokens, shardTokens + sequenceLength - 1L);
    long next = 0;
    long sequences = 0;
    long padding = 0;
    for (int shard = 0; shard < stream.shards(); shard++) {
      assertThat(stream.firstToken(shard)).isEqualTo(next);
      assertThat(stream.firstSequence(shard)).isEqualTo(sequences);
      assertThat(stream.endToken(shard)).isGreaterThan(next);
      assertThat(stream.shardOf(next)).isEqualTo(shard);
      assertThat(stream.shardOf(stream.endToken(shard) - 1)).isEqualTo(shard);
      next = stream.endToken(shard);
      sequences += stream.sequences(shard);
      padding += stream.paddingTokens(shard);
    }
    assertThat(next).isEqualTo(tokens);
    assertThat(sequences).isEqualTo(stream.sequences());
    assertThat(padding).isEqualTo(stream.paddingTokens()).isBetween(0L, sequenceLength - 1L);
    assertThat(sequences * sequenceLength).isEqualTo(tokens + padding);
  }

  @Property(tries = 200)
  void piecesOfDocumentsAreTheStreamHoweverTheyAreCutAndDealtOut(
      @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 0, max = 90) Integer> lengths,
      @ForAll @IntRange(min = 2, max = 16) int sequenceLength,
      @ForAll @IntRange(min = 1, max = 120) int shardTokens,
      @ForAll @IntRange(min = 1, max = 50) int mostPieceTokens,
      @ForAll long seed) {
    long tokens = lengths.stream().mapToLong(length -> length + 1).sum();
    PackedStream stream = PackedStream.of(tokens, sequenceLength, shardTokens);
    List<Piece> pieces = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    Random random = new Random(seed);
    long start = 0;
    for (int position = 0; position < lengths.size(); position++) {
      int[] ids = random.ints(lengths.get(position), 0, 999).toArray();
      OrderedDocument document =
          new OrderedDocument("", 0, position, start, ids.length, "source", 0, 0);
      byte[] content = TokenBytes.encode(ids, 2);
      for (OrderedDocument.Slice slice : document.slices(stream, mostPieceTokens)) {
        assertThat(slice.to() - slice.from()).isBetween(1L, (long) mostPieceTokens);
        assertThat(stream.shardOf(slice.to() - 1)).isEqualTo(slice.shard());
        pieces.add(document.piece(slice, content, 2, 999));
      }
      for (int id : ids) {
        expected.add(id);
      }
      expected.add(999);
      start = document.end();
    }
    Collections.shuffle(pieces, random);
    pieces.sort(Comparator.comparingLong(Piece::start));

    List<Integer> found = new ArrayList<>();
    for (Piece piece : pieces) {
      assertThat(piece.start()).isEqualTo(found.size());
      for (int at = 0; at < piece.tokens().length; at += 2) {
        found.add(TokenBytes.read(piece.tokens(), at, 2));
      }
    }
    assertThat(found).isEqualTo(expected);
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
    try (ParquetSequenceWriter writer = new ParquetSequenceWriter(new HashedOutput(out), 16, 2)) {
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
