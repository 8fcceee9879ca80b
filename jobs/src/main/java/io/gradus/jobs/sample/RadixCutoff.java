package io.gradus.jobs.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Finds, for one quota group, the last row of the longest needed prefix in descending order of
 * selection keys, without sorting the rows: the key is read as digits, and one histogram of tokens
 * by digit says in which digit the budget is crossed; only rows with that digit matter for the next
 * one.
 *
 * <p>Rows are in the order of {@link SelectionKey}: a larger key first, equal keys by doc_id. The
 * row that crosses the budget belongs to the prefix.
 */
final class RadixCutoff {
  private final long budget;
  private final List<Integer> prefix = new ArrayList<>();
  private long tokensAbove;
  private long documentsAbove;
  private long candidates;

  /**
   * Tokens and documents of the rows that share a digit.
   *
   * @param tokens their sum
   * @param documents how many there are
   */
  record Mass(long tokens, long documents) {}

  /**
   * A row that may be the last selected one.
   *
   * @param image {@link SelectionKey#image} of its key
   * @param docId in hexadecimal
   * @param tokens how many the document has
   */
  record Candidate(long image, String docId, long tokens) {}

  /**
   * The last selected row.
   *
   * @param image {@link SelectionKey#image} of its key
   * @param docId rows with an equal key are selected up to this doc_id, in hexadecimal
   * @param tokens of the whole prefix
   * @param documents in the whole prefix
   */
  record Cutoff(long image, String docId, long tokens, long documents) {}

  /** Looks for a cut-off that reaches {@code budget}, a positive number of tokens. */
  RadixCutoff(long budget) {
    this.budget = budget;
  }

  /**
   * Takes the histogram of the next digit over the rows whose earlier digits equal {@link #prefix}.
   *
   * @param histogram mass by digit; larger digits come first in the selection
   */
  void refine(NavigableMap<Integer, Mass> histogram) {
    for (Map.Entry<Integer, Mass> digit : histogram.descendingMap().entrySet()) {
      Mass mass = digit.getValue();
      if (tokensAbove + mass.tokens() >= budget) {
        prefix.add(digit.getKey());
        candidates = mass.documents();
        return;
      }
      tokensAbove += mass.tokens();
      documentsAbove += mass.documents();
    }
    throw new IllegalStateException(
        "The rows have only " + tokensAbove + " of " + budget + " tokens");
  }

  /** Picks the last selected row among all rows whose digits equal {@link #prefix}. */
  Cutoff resolve(List<Candidate> rows) {
    List<Candidate> ordered = new ArrayList<>(rows);
    ordered.sort(
        (left, right) -> {
          int byKey = Long.compareUnsigned(right.image(), left.image());
          return byKey != 0 ? byKey : left.docId().compareTo(right.docId());
        });
    long tokens = tokensAbove;
    long documents = documentsAbove;
    for (Candidate row : ordered) {
      tokens += row.tokens();
      documents++;
      if (tokens >= budget) {
        return new Cutoff(row.image(), row.docId(), tokens, documents);
      }
    }
    throw new IllegalStateException(
        "Histogram and rows disagree: budget " + budget + ", found " + tokens + " tokens");
  }

  /** The digits, most significant first, that the last selected row is known to have. */
  List<Integer> prefix() {
    return List.copyOf(prefix);
  }

  /** How many rows share {@link #prefix}. */
  long candidates() {
    return candidates;
  }
}
