package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Gathers what is said about a shard while its pieces pass, in order. */
final class ShardSummary {
  private final DocumentMarks marks;
  private final Map<String, Long> tokensBySource = new HashMap<>();
  private final Measure score = new Measure();
  private final Measure quantile = new Measure();
  private long tokens;
  private long documents;
  private long firstPosition = -1;
  private long lastPosition = -1;

  ShardSummary(DocumentMarks marks) {
    this.marks = marks;
  }

  void add(Piece piece) {
    tokens += piece.streamTokens();
    documents += piece.begins() ? 1 : 0;
    firstPosition =
        firstPosition < 0 ? piece.position() : Math.min(firstPosition, piece.position());
    lastPosition = Math.max(lastPosition, piece.position());
    score.add(piece.score(), piece.streamTokens());
    if (piece.quantile() != null) {
      quantile.add(piece.quantile(), piece.streamTokens());
    }
    if (piece.streamTokens() > 0) {
      tokensBySource.merge(piece.source(), piece.streamTokens() - marksIn(piece), Long::sum);
    }
  }

  private int marksIn(Piece piece) {
    return (piece.ends() ? 1 : 0) + (piece.begins() && marks.hasBegin() ? 1 : 0);
  }

  Shard shard(int index, ShardGroup group, List<PackedFile> files) {
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
    long rows = group.layout().rows(index);
    long first = group.layout().sequence(index, 0);
    long last = group.layout().sequence(index, rows - 1);
    boolean padded = group.content() == ShardGroup.Content.TOKENS;
    return new Shard(
        index,
        first,
        last,
        rows,
        first / group.globalBatch(),
        last / group.globalBatch(),
        tokens,
        padded ? group.tokens(index) - tokens : 0,
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

    /** Null when nothing was added, which JSON can say. */
    Shard.Spread spread() {
      return weight == 0 ? null : new Shard.Spread(sum / weight, minimum, maximum);
    }
  }
}
