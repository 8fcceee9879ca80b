package io.gradus.jobs.rate;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** One rater as the configuration names it. */
public sealed interface RaterConfig {
  /** Put before the name of each of the rater's criteria; empty by default. */
  String prefix();

  /**
   * A rater bundle.
   *
   * @param bundle {@code builtin}, or a folder's path or URI
   * @param maxChunks how many chunks of a document are rated, from its start; {@code max-chunks},
   *     by default 0 for all
   * @param scores what is kept; {@code chunk-scores}, by default documents' scores only
   */
  record Bundle(String bundle, String prefix, int maxChunks, Scores scores) implements RaterConfig {
    static final String BUILTIN = "builtin";

    /** A bundle that rates whole documents. */
    public Bundle(String bundle, String prefix) {
      this(bundle, prefix, 0, Scores.DOCUMENTS);
    }
  }

  /** What is kept of a rating. */
  enum Scores {
    /** Each document's scores. */
    DOCUMENTS,
    /** The scores of each chunk as well. */
    CHUNKS
  }

  /**
   * Measures of the text itself, without a model.
   *
   * @param criteria the measures, by the names of {@link Statistic}
   */
  record Statistics(List<String> criteria, String prefix) implements RaterConfig {}

  /**
   * Scores that the corpus already carries in its records' other fields.
   *
   * @param columns by criterion, the field that holds it, as a dotted path
   */
  record Columns(SortedMap<String, String> columns, String prefix) implements RaterConfig {
    public Columns {
      columns = Collections.unmodifiableSortedMap(new TreeMap<>(columns));
    }
  }

  /**
   * The log-odds of a label of a fastText classifier.
   *
   * @param model the path or URI of its file
   * @param label as the model spells it, such as {@code __label__hq}
   * @param criterion what the score is called
   */
  record FastText(String model, String label, String criterion, String prefix)
      implements RaterConfig {}
}
