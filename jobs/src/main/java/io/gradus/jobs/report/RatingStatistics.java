package io.gradus.jobs.report;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The ratings before and after sampling, small enough for a page. Sums are exact decimals, so that
 * they do not depend on the order of rows. A score that is not finite counts as missing.
 *
 * @param criteria in the order of the ratings
 * @param sources the largest ones by tokens before sampling, and one line for the rest if any
 */
record RatingStatistics(List<Criterion> criteria, List<SourceSummary> sources) {
  static final int BINS = 40;
  private static final int LARGEST_SOURCES = 12;
  private static final int MISSING = -1;

  /** Scores further from 0 count as this far, so that their exact sums fit a decimal of Spark. */
  private static final double FURTHEST = 1e13;

  private static final String COPIES = "copies";
  private static final String CRITERION = "criterion";
  private static final String BIN = "bin";
  private static final String SCORE = "score";

  /**
   * One criterion's histogram.
   *
   * @param low where the first bin begins; it takes everything below too
   * @param high where the last bin ends; it takes everything above too
   * @param bins from low to high, all of one width
   */
  record Criterion(String name, double low, double high, List<Amount> bins, Amount all) {}

  /** One source, or several together. */
  record SourceSummary(String name, List<Amount> byCriterion) {
    /** Documents and tokens are the same for every criterion. */
    Amount all() {
      return byCriterion.get(0);
    }
  }

  /**
   * Documents and tokens before and after sampling; each repeat of a document counts after it.
   *
   * @param scoreBefore sum of score times tokens
   * @param scoredBefore tokens that have a score
   */
  record Amount(
      long documentsBefore,
      long tokensBefore,
      BigDecimal scoreBefore,
      long scoredBefore,
      long documentsAfter,
      long tokensAfter,
      BigDecimal scoreAfter,
      long scoredAfter) {
    static final Amount NONE = new Amount(0, 0, BigDecimal.ZERO, 0, 0, 0, BigDecimal.ZERO, 0);

    Amount plus(Amount other) {
      return new Amount(
          documentsBefore + other.documentsBefore,
          tokensBefore + other.tokensBefore,
          scoreBefore.add(other.scoreBefore),
          scoredBefore + other.scoredBefore,
          documentsAfter + other.documentsAfter,
          tokensAfter + other.tokensAfter,
          scoreAfter.add(other.scoreAfter),
          scoredAfter + other.scoredAfter);
    }

    /** Mean score weighted by tokens. */
    OptionalDouble meanBefore() {
      return mean(scoreBefore, scoredBefore);
    }

    OptionalDouble meanAfter() {
      return mean(scoreAfter, scoredAfter);
    }

    private static OptionalDouble mean(BigDecimal sum, long tokens) {
      return tokens == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum.doubleValue() / tokens);
    }
  }

  private record Limits(double low, double high) {}

  /**
   * Counts in one pass over the ratings joined with the selection.
   *
   * @param calibration the result of {@code calibrate}, whose quantiles set the histograms' limits
   */
  static RatingStatistics gather(
      SparkSession session,
      Finished<RatingsTable> ratings,
      Finished<SelectionTable> selection,
      JsonNode calibration) {
    List<String> names = ratings.table().criteria();
    Dataset<Row> rated = session.read().parquet(ratings.directory().table().toString());
    List<Limits> limits = limits(names, calibration);
    Dataset<Row> copies =
        session
            .read()
            .parquet(selection.directory().table().toString())
            .groupBy(DocumentsTable.DOC_ID)
            .agg(count(lit(1)).as(COPIES));
    List<Column> scores = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      scores.add(score(i, col("`" + names.get(i) + "`"), limits.get(i)));
    }
    Dataset<Row> counted =
        rated
            .join(copies, DocumentsTable.DOC_ID, "left")
            .select(
                col(DocumentsTable.SOURCE),
                col(DocumentsTable.N_TOKENS).cast("long").as("tokens"),
                coalesce(col(COPIES), lit(0L)).as(COPIES),
                explode(array(scores.toArray(Column[]::new))).as("scored"))
            .select(
                col(DocumentsTable.SOURCE),
                col("scored." + CRITERION).as(CRITERION),
                col("scored." + BIN).as(BIN),
                col("scored." + SCORE).as(SCORE),
                col(COPIES).as("copies"),
                col("tokens"),
                col("tokens").multiply(col(COPIES)).as("copied"))
            .groupBy(DocumentsTable.SOURCE, CRITERION, BIN)
            .agg(
                count(lit(1)).as("documentsBefore"),
                sum("tokens").as("tokensBefore"),
                sum("copies").as("documentsAfter"),
                sum("copied").as("tokensAfter"),
                weighted("tokens").as("scoreBefore"),
                weighted("copied").as("scoreAfter"))
            .persist();
    try {
      return statistics(counted, names, limits);
    } finally {
      counted.unpersist();
    }
  }

  private static Column score(int criterion, Column score, Limits limits) {
    Column missing =
        score
            .isNull()
            .or(isnan(score))
            .or(score.isin(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    Column number = when(missing, 0.0).otherwise(between(-FURTHEST, score, FURTHEST));
    Column place = number.minus(limits.low()).divide((limits.high() - limits.low()) / BINS);
    return struct(
        lit(criterion).as(CRITERION),
        when(missing, MISSING).otherwise(floor(between(0, place, BINS - 1)).cast("int")).as(BIN),
        number.cast("decimal(18,4)").as(SCORE));
  }

  private static Column between(double least, Column value, double greatest) {
    return least(lit(greatest), greatest(lit(least), value));
  }

  private static Column weighted(String tokens) {
    return sum(col(SCORE).multiply(col(tokens).cast("decimal(18,0)")));
  }

  private static List<Limits> limits(List<String> names, JsonNode calibration) {
    List<Limits> limits = new ArrayList<>();
    for (String name : names) {
      JsonNode moments = calibration.required("table").required("overall").required(name);
      double least = moments.required("minimum").asDouble();
      double greatest = moments.required("maximum").asDouble();
      double low = moments.path("quantiles").path("0.05").asDouble(least);
      double high = moments.path("quantiles").path("0.95").asDouble(greatest);
      double margin = (high - low) / 2;
      limits.add(
          wide(
              Math.max(-FURTHEST, Math.max(least, low - margin)),
              Math.min(FURTHEST, Math.min(greatest, high + margin))));
    }
    return limits;
  }

  private static Limits wide(double low, double high) {
    return high > low ? new Limits(low, high) : new Limits(low - 0.5, low + 0.5);
  }

  private static RatingStatistics statistics(
      Dataset<Row> counted, List<String> names, List<Limits> limits) {
    List<String> largest = largest(counted);
    Amount[][] bins = filled(names.size(), BINS);
    Amount[][] sources = filled(largest.size() + 1, names.size());
    Amount[][] all = filled(1, names.size());
    for (Row row : bySource(counted, largest)) {
      int criterion = row.getAs(CRITERION);
      int bin = row.getAs(BIN);
      int source = largest.indexOf(row.<String>getAs(DocumentsTable.SOURCE));
      Amount amount = amount(row, bin);
      add(all[0], criterion, amount);
      add(sources[source < 0 ? largest.size() : source], criterion, amount);
      if (bin != MISSING) {
        add(bins[criterion], bin, amount);
      }
    }
    List<Criterion> criteria = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Limits limit = limits.get(i);
      criteria.add(
          new Criterion(names.get(i), limit.low(), limit.high(), List.of(bins[i]), all[0][i]));
    }
    List<SourceSummary> summaries = new ArrayList<>();
    for (int i = 0; i < largest.size(); i++) {
      summaries.add(new SourceSummary(largest.get(i), List.of(sources[i])));
    }
    SourceSummary others = new SourceSummary("all others", List.of(sources[largest.size()]));
    if (others.all().documentsBefore() > 0) {
      summaries.add(others);
    }
    return new RatingStatistics(criteria, summaries);
  }

  private static List<String> largest(Dataset<Row> counted) {
    return counted
        .where(col(CRITERION).equalTo(0))
        .groupBy(DocumentsTable.SOURCE)
        .agg(sum("tokensBefore").as("tokens"))
        .orderBy(col("tokens").desc(), col(DocumentsTable.SOURCE))
        .limit(LARGEST_SOURCES)
        .collectAsList()
        .stream()
        .map(row -> row.<String>getAs(DocumentsTable.SOURCE))
        .toList();
  }

  /** At most one row for each of the largest sources and the rest, criterion and bin. */
  private static List<Row> bySource(Dataset<Row> counted, List<String> largest) {
    Column source = col(DocumentsTable.SOURCE);
    return counted
        .groupBy(
            when(source.isin(largest.toArray()), source).as(DocumentsTable.SOURCE),
            col(CRITERION),
            col(BIN))
        .agg(
            sum("documentsBefore").as("documentsBefore"),
            sum("tokensBefore").as("tokensBefore"),
            sum("documentsAfter").as("documentsAfter"),
            sum("tokensAfter").as("tokensAfter"),
            sum("scoreBefore").as("scoreBefore"),
            sum("scoreAfter").as("scoreAfter"))
        // Bounded: the largest sources and the rest, times criteria and bins.
        .collectAsList();
  }

  private static Amount[][] filled(int rows, int columns) {
    Amount[][] amounts = new Amount[rows][columns];
    for (Amount[] row : amounts) {
      Arrays.fill(row, Amount.NONE);
    }
    return amounts;
  }

  private static void add(Amount[] amounts, int place, Amount amount) {
    amounts[place] = amounts[place].plus(amount);
  }

  private static Amount amount(Row row, int bin) {
    long tokensBefore = row.getAs("tokensBefore");
    long tokensAfter = row.getAs("tokensAfter");
    return new Amount(
        row.getAs("documentsBefore"),
        tokensBefore,
        row.getAs("scoreBefore"),
        bin == MISSING ? 0 : tokensBefore,
        row.getAs("documentsAfter"),
        tokensAfter,
        row.getAs("scoreAfter"),
        bin == MISSING ? 0 : tokensAfter);
  }
}
