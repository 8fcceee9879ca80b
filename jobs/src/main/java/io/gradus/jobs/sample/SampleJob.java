package io.gradus.jobs.sample;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unhex;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sample.RadixCutoff.Candidate;
import io.gradus.jobs.sample.RadixCutoff.Cutoff;
import io.gradus.jobs.sample.RadixCutoff.Mass;
import io.gradus.jobs.sample.SampleConfig.Quotas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Reads the ratings, writes the selection: for each quota group the rows with the largest keys
 * whose tokens reach the group's budget, the crossing document included. The cut-off of each group
 * is found exactly, by {@link RadixCutoff}, in a few scans; nothing is sorted but the selection
 * itself.
 */
public final class SampleJob {
  private static final String GROUP = "group";
  private static final String IMAGE = "image";
  private static final String CUTOFF_KEY = "cutoff_key";
  private static final String CUTOFF_DOC_ID = "cutoff_doc_id";
  private static final String ALL = "(all)";

  private static final String EXHAUSTED = "exhausted";
  private static final long ROWS_PER_FILE = 1_000_000;

  private final long candidateLimit;

  /** A job for ratings of any size. */
  public SampleJob() {
    this(100_000);
  }

  /**
   * A job that reads further digits until the boundary digits hold at most {@code candidateLimit}
   * rows, which the driver then holds and sorts.
   */
  SampleJob(long candidateLimit) {
    this.candidateLimit = candidateLimit;
  }

  /** Runs the stage. */
  public SampleResult run(
      JobContext context,
      SampleConfig config,
      long seed,
      Finished<RatingsTable> ratings,
      CalibrationTable calibration,
      StageDirectory output) {
    output.clear();
    Dataset<Row> keyed = keyed(context.session(), config, seed, ratings, calibration);

    Map<String, NavigableMap<Integer, Mass>> histograms = histograms(keyed, 0);
    int scans = 1;
    Map<String, Long> available = new TreeMap<>();
    Map<String, Long> documents = new TreeMap<>();
    histograms.forEach(
        (group, digits) -> {
          available.put(group, digits.values().stream().mapToLong(Mass::tokens).sum());
          documents.put(group, digits.values().stream().mapToLong(Mass::documents).sum());
        });
    long total = available.values().stream().mapToLong(Long::longValue).sum();
    long budget = config.budget().of(total);
    Map<String, Long> budgets = budgets(config, budget, total, available);
    Map<String, RadixCutoff> open = new TreeMap<>();
    budgets.forEach(
        (group, share) -> {
          if (share > 0) {
            open.put(group, new RadixCutoff(share));
          }
        });
    Map<String, Cutoff> cutoffs = Map.of();

    for (int digit = 0; cutoffs.isEmpty(); digit++) {
      Map<String, NavigableMap<Integer, Mass>> ofDigit = histograms;
      open.forEach((group, cutoff) -> cutoff.refine(ofDigit.get(group)));
      Dataset<Row> candidates = withPrefix(keyed, open);
      long rows = open.values().stream().mapToLong(RadixCutoff::candidates).sum();
      scans++;
      if (rows <= candidateLimit || digit == SelectionKey.DIGITS - 1) {
        cutoffs = resolve(candidates, open);
      } else {
        histograms = histograms(candidates, digit + 1);
      }
    }

    write(keyed, documents, cutoffs, config, output);
    SelectionTable table = describe(context.session(), output, cutoffs);
    return new SampleResult(table, budget, total, groups(available, budgets, cutoffs), scans);
  }

  private static Dataset<Row> keyed(
      SparkSession session,
      SampleConfig config,
      long seed,
      Finished<RatingsTable> ratings,
      CalibrationTable calibration) {
    Map<String, Double> weights = weights(config, ratings.table().criteria());
    Column score = SelectionKey.score(weights, config.normalise(), calibration.overall());
    Column group = config.quotas() == Quotas.NONE ? lit(ALL) : col(DocumentsTable.SOURCE);
    return session
        .read()
        .parquet(ratings.directory().table().toString())
        .select(
            col(DocumentsTable.DOC_ID),
            col(DocumentsTable.SOURCE),
            col(DocumentsTable.N_TOKENS),
            score.as(SelectionTable.SCORE),
            group.as(GROUP))
        .withColumn(SelectionTable.KEY, SelectionKey.key(col(SelectionTable.SCORE), config, seed));
  }

  private static Map<String, Double> weights(SampleConfig config, List<String> criteria) {
    if (config.weights().isEmpty()) {
      return new TreeMap<>(criteria.stream().collect(Collectors.toMap(name -> name, name -> 1.0)));
    }
    for (String name : config.weights().keySet()) {
      if (!criteria.contains(name)) {
        throw new UserMistake(
            "sample.weights."
                + name
                + ": no rater gives this criterion; "
                + Suggestion.nearest(name, criteria)
                    .map(near -> "did you mean '" + near + "'? There are: ")
                    .orElse("there are: ")
                + String.join(", ", criteria)
                + ".");
      }
    }
    return new TreeMap<>(config.weights());
  }

  private static Map<String, NavigableMap<Integer, Mass>> histograms(Dataset<Row> rows, int digit) {
    Column image = SelectionKey.image(col(SelectionTable.KEY));
    List<Row> cells =
        // Bounded: quota groups times the digits that occur, not documents.
        rows.groupBy(
                col(GROUP),
                SelectionKey.digit(digit, image, col(DocumentsTable.DOC_ID)).as("digit"))
            .agg(sum(DocumentsTable.N_TOKENS).as("tokens"), count(lit(1)).as("documents"))
            .collectAsList();
    Map<String, NavigableMap<Integer, Mass>> histograms = new TreeMap<>();
    for (Row cell : cells) {
      histograms
          .computeIfAbsent(cell.getAs(GROUP), group -> new TreeMap<>())
          .put(cell.getAs("digit"), new Mass(cell.getAs("tokens"), cell.getAs("documents")));
    }
    return histograms;
  }

  private static Map<String, Long> budgets(
      SampleConfig config, long budget, long total, Map<String, Long> available) {
    if (budget > total) {
      throw new UserMistake(
          String.format(
              "sample.tokens: the budget is %,d tokens (%s), but all rated documents together have"
                  + " only %,d (%s). Set sample.tokens to at most %d, or add input.",
              budget, Quantity.show(budget), total, Quantity.show(total), total));
    }
    return config.quotas() == Quotas.NONE
        ? Map.of(ALL, budget)
        : Budgets.proportional(budget, available);
  }

  /** The rows that share their group's known digits. */
  private static Dataset<Row> withPrefix(Dataset<Row> keyed, Map<String, RadixCutoff> open) {
    int digits = open.values().iterator().next().prefix().size();
    StructType schema = new StructType().add("prefix_group", StringType);
    for (int digit = 0; digit < digits; digit++) {
      schema = schema.add("prefix_" + digit, IntegerType);
    }
    List<Row> prefixes = new ArrayList<>();
    open.forEach(
        (group, cutoff) -> {
          List<Object> values = new ArrayList<>(List.of(group));
          values.addAll(cutoff.prefix());
          prefixes.add(RowFactory.create(values.toArray()));
        });
    Column image = SelectionKey.image(col(SelectionTable.KEY));
    Column matches = col(GROUP).equalTo(col("prefix_group"));
    for (int digit = 0; digit < digits; digit++) {
      matches =
          matches.and(
              SelectionKey.digit(digit, image, col(DocumentsTable.DOC_ID))
                  .equalTo(col("prefix_" + digit)));
    }
    return keyed.join(
        broadcast(keyed.sparkSession().createDataFrame(prefixes, schema)), matches, "left_semi");
  }

  private static Map<String, Cutoff> resolve(
      Dataset<Row> candidates, Map<String, RadixCutoff> open) {
    Map<String, List<Candidate>> byGroup = new TreeMap<>();
    // Bounded: at most candidateLimit rows, or rows equal in all 192 bits, of which there is one.
    for (Row row :
        candidates
            .select(
                col(GROUP),
                SelectionKey.image(col(SelectionTable.KEY)).as(IMAGE),
                hex(col(DocumentsTable.DOC_ID)).as(DocumentsTable.DOC_ID),
                col(DocumentsTable.N_TOKENS).cast("long").as(DocumentsTable.N_TOKENS))
            .collectAsList()) {
      byGroup
          .computeIfAbsent(row.getAs(GROUP), group -> new ArrayList<>())
          .add(
              new Candidate(
                  row.getAs(IMAGE),
                  row.getAs(DocumentsTable.DOC_ID),
                  row.getAs(DocumentsTable.N_TOKENS)));
    }
    Map<String, Cutoff> cutoffs = new TreeMap<>();
    open.forEach((group, cutoff) -> cutoffs.put(group, cutoff.resolve(byGroup.get(group))));
    return cutoffs;
  }

  private static void write(
      Dataset<Row> keyed,
      Map<String, Long> documents,
      Map<String, Cutoff> cutoffs,
      SampleConfig config,
      StageDirectory output) {
    StructType schema =
        new StructType()
            .add("cutoff_group", StringType)
            .add(CUTOFF_KEY, DoubleType)
            .add(CUTOFF_DOC_ID, StringType)
            .add(EXHAUSTED, BooleanType);
    List<Row> rows = new ArrayList<>();
    cutoffs.forEach(
        (group, cutoff) ->
            rows.add(
                RowFactory.create(
                    group,
                    SelectionKey.key(cutoff.image()),
                    cutoff.docId(),
                    cutoff.documents() == documents.get(group))));
    Column selected =
        col(SelectionTable.KEY)
            .gt(col(CUTOFF_KEY))
            .or(
                col(SelectionTable.KEY)
                    .equalTo(col(CUTOFF_KEY))
                    .and(col(DocumentsTable.DOC_ID).leq(unhex(col(CUTOFF_DOC_ID)))));
    long selectedDocuments = cutoffs.values().stream().mapToLong(Cutoff::documents).sum();
    int files = (int) ((selectedDocuments + ROWS_PER_FILE - 1) / ROWS_PER_FILE);
    SparkTables.write(
        keyed
            .join(
                broadcast(keyed.sparkSession().createDataFrame(rows, schema)),
                col(GROUP).equalTo(col("cutoff_group")).and(selected))
            .select(
                col(DocumentsTable.DOC_ID),
                col(DocumentsTable.SOURCE),
                col(DocumentsTable.N_TOKENS),
                col(SelectionTable.SCORE),
                col(SelectionTable.KEY),
                lit(0).as(SelectionTable.REPEAT),
                when(col(EXHAUSTED), lit(1.0))
                    .otherwise(
                        SelectionKey.inclusion(col(SelectionTable.SCORE), col(CUTOFF_KEY), config))
                    .as(SelectionTable.INCLUSION))
            // How rows are dealt into files follows from the rows alone, so the files are the same
            // however many executors scanned the ratings.
            .repartitionById(files, DocumentHash.bucket(col(DocumentsTable.DOC_ID), files))
            .sortWithinPartitions(DocumentsTable.DOC_ID),
        output.table());
  }

  private static SelectionTable describe(
      SparkSession session, StageDirectory output, Map<String, Cutoff> cutoffs) {
    Map<String, Long> tokensBySource = new TreeMap<>();
    long rows = 0;
    // Bounded: one row for each source.
    for (Row source :
        session
            .read()
            .parquet(output.table().toString())
            .groupBy(DocumentsTable.SOURCE)
            .agg(sum(DocumentsTable.N_TOKENS).as("tokens"), count(lit(1)).as("rows"))
            .collectAsList()) {
      tokensBySource.put(source.getAs(DocumentsTable.SOURCE), source.getAs("tokens"));
      rows += source.<Long>getAs("rows");
    }
    long tokens = tokensBySource.values().stream().mapToLong(Long::longValue).sum();
    long expected = cutoffs.values().stream().mapToLong(Cutoff::tokens).sum();
    if (tokens != expected) {
      throw new IllegalStateException(
          "The selection has " + tokens + " tokens, its cut-offs promise " + expected);
    }
    return new SelectionTable(rows, tokens, tokensBySource);
  }

  private static List<SampleResult.Group> groups(
      Map<String, Long> available, Map<String, Long> budgets, Map<String, Cutoff> cutoffs) {
    List<SampleResult.Group> groups = new ArrayList<>();
    available.forEach(
        (group, tokens) -> {
          Cutoff cutoff = cutoffs.get(group);
          groups.add(
              cutoff == null
                  ? new SampleResult.Group(group, tokens, budgets.get(group), 0, 0, null)
                  : new SampleResult.Group(
                      group,
                      tokens,
                      budgets.get(group),
                      cutoff.tokens(),
                      cutoff.documents(),
                      SelectionKey.key(cutoff.image())));
        });
    return groups;
  }
}
