package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.Shard;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Gathers what is said about a shard while its pieces pass, in order. */
final class ShardSummary {
  private final Map<String, Long> tokensBySource = new HashMap<>();
  private final Measure score = new Measure();
  private final Measure quantile = new Measure();
  private long tokens;
  private long documents;
  private long firstPosition = -1;
  private long lastPosition = -1;

  void add(Piece piece, long pieceTokens) {
    tokens += pieceTokens;
    documents += piece.begins() ? 1 : 0;
    firstPosition = firstPosition < 0 ? piece.position() : firstPosition;
    lastPosition = piece.position();
    score.add(piece.score(), pieceTokens);
    quantile.add(piece.quantile(), pieceTokens);
    tokensBySource.merge(piece.source(), pieceTokens - (piece.ends() ? 1 : 0), Long::sum);
  }

  /** Stream tokens so far. */
  long tokens() {
    return tokens;
  }

  Shard shard(int index, PackedStream stream, List<PackedFile> files) {
    Map<String, Long> largest =
        tokensBySource.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(Shard.SOURCES)
            .collect(
                Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum, TreeMap::new));
    long all = tokensBySource.values().stream().mapToLong(Long::longValue).sum();
    long listed = largest.values().stream().mapToLong(Long::longValue).sum();
    return new Shard(
        index,
        stream.firstSequence(index),
        stream.sequences(index),
        tokens,
        stream.paddingTokens(index),
        documents,
        firstPosition,
        lastPosition,
        score.spread(),
        quantile.spread(),
        largest,
        all - listed,
        files);
  }

  private static final class Measure {
    private double sum;
    private double weight;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;

    void add(double value, long tokens) {
      sum += value * tokens;
      weight += tokens;
      minimum = Math.min(minimum, value);
      maximum = Math.max(maximum, value);
    }

    Shard.Spread spread() {
      return new Shard.Spread(sum / weight, minimum, maximum);
    }
  }
}
