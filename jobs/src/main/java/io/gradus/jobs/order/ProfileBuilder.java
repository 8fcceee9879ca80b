package io.gradus.jobs.order;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.OrderTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Sums a curriculum into equal stretches of tokens. Documents are added in reading order, and
 * builders of consecutive parts are merged in reading order, so the sums of doubles are the same
 * every time.
 */
final class ProfileBuilder implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Sources beyond this many, by tokens, are shown together. */
  private static final int SOURCES = 20;

  private static final String OTHERS = "(other sources)";

  private final long tokens;
  private final int bins;
  private final TreeMap<Integer, Bin> sums = new TreeMap<>();

  /** Sums one stretch of documents. */
  private static final class Bin implements Serializable {
    private static final long serialVersionUID = 1L;

    private long documents;
    private double scores;
    private double quantiles;
    private final TreeMap<String, Long> tokensBySource = new TreeMap<>();

    private void merge(Bin other) {
      documents += other.documents;
      scores += other.scores;
      quantiles += other.quantiles;
      other.tokensBySource.forEach(
          (source, count) -> tokensBySource.merge(source, count, Long::sum));
    }
  }

  /**
   * Starts with no documents.
   *
   * @param tokens of the whole curriculum
   * @param bins how many stretches; fewer when there are fewer tokens
   */
  ProfileBuilder(long tokens, int bins) {
    this.tokens = tokens;
    this.bins = (int) Math.max(1, Math.min(bins, tokens));
  }

  /** Adds the next document; its tokens go to every stretch that they lie in. */
  void add(long tokenOffset, int documentTokens, double score, double quantile, String source) {
    int bin = binOf(tokenOffset);
    sums.computeIfAbsent(bin, number -> new Bin()).documents++;
    long end = tokenOffset + documentTokens;
    for (long from = tokenOffset; from < end; bin++) {
      long to = Math.min(end, firstToken(bin + 1));
      long part = to - from;
      Bin sum = sums.computeIfAbsent(bin, number -> new Bin());
      sum.scores += score * part;
      sum.quantiles += quantile * part;
      sum.tokensBySource.merge(source, part, Long::sum);
      from = to;
    }
  }

  /** The stretch that a token lies in. */
  private int binOf(long token) {
    int bin = (int) Math.min(bins - 1, (long) ((double) token / tokens * bins));
    while (bin > 0 && firstToken(bin) > token) {
      bin--;
    }
    while (bin < bins - 1 && firstToken(bin + 1) <= token) {
      bin++;
    }
    return bin;
  }

  private long firstToken(int bin) {
    return bin == bins ? tokens : (long) ((double) bin / bins * tokens);
  }

  /** Adds the part of the curriculum that follows. */
  void merge(ProfileBuilder next) {
    next.sums.forEach((bin, sum) -> sums.computeIfAbsent(bin, number -> new Bin()).merge(sum));
  }

  CurriculumProfile build(OrderTable table, Set<String> shown) {
    List<CurriculumProfile.Bin> result = new ArrayList<>();
    long documents = 0;
    for (Map.Entry<Integer, Bin> entry : sums.entrySet()) {
      Bin bin = entry.getValue();
      Map<String, Long> bySource = new TreeMap<>();
      bin.tokensBySource.forEach(
          (source, count) ->
              bySource.merge(shown.contains(source) ? source : OTHERS, count, Long::sum));
      long binTokens = bySource.values().stream().mapToLong(Long::longValue).sum();
      result.add(
          new CurriculumProfile.Bin(
              firstToken(entry.getKey()),
              binTokens,
              bin.documents,
              binTokens == 0 ? 0 : bin.scores / binTokens,
              binTokens == 0 ? 0 : bin.quantiles / binTokens,
              bySource));
      documents += bin.documents;
    }
    return new CurriculumProfile(table.shape(), table.within(), tokens, documents, result);
  }

  /** The sources with most tokens, at most {@value #SOURCES}. */
  static Set<String> largest(Map<String, Long> tokensBySource) {
    return tokensBySource.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(SOURCES)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}
