package io.gradus.jobs.order;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.GlobalRank.Ranked;
import io.gradus.jobs.order.OrderConfig.Shape;
import io.gradus.jobs.order.OrderConfig.Within;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the selection, writes the curriculum: first each document's quantile, the share of tokens
 * of lesser score in its source or overall, then the order of the shape's sort key, with position
 * and token offset. Both are one {@link GlobalRank}. Ties are broken by a hash of the seed, then by
 * doc_id.
 */
public final class OrderJob {
  private static final int PROFILE_BINS = 200;
  private static final String GROUP_TOKENS = "group_tokens";

  private final long rowsPerRange;

  /** A job for tables of any size. */
  public OrderJob() {
    this(1_000_000);
  }

  /** A job whose ranges have about {@code rowsPerRange} rows, which changes files but not rows. */
  OrderJob(long rowsPerRange) {
    this.rowsPerRange = rowsPerRange;
  }

  /** Runs the stage. */
  public OrderResult run(
      JobContext context,
      OrderConfig config,
      long seed,
      Finished<SelectionTable> selection,
      StageDirectory output) {
    output.clear();
    long rows = selection.table().rows();
    Dataset<Row> quantiles =
        quantiles(context, config, seed, selection).persist(StorageLevel.DISK_ONLY());
    Ranked ranked = GlobalRank.rank(sortKeys(quantiles, config, seed), rows, rowsPerRange);
    SparkTables.write(
        ranked
            .rows()
            .select(
                col(DocumentsTable.DOC_ID),
                col(DocumentsTable.SOURCE),
                col(SelectionTable.REPEAT),
                col(DocumentsTable.N_TOKENS),
                col(GlobalRank.ROWS_BEFORE).as(OrderTable.POSITION),
                col(GlobalRank.TOKENS_BEFORE).as(OrderTable.TOKEN_OFFSET),
                col(OrderTable.QUANTILE),
                col(SelectionTable.SCORE)),
        output.table());
    quantiles.unpersist();
    OrderTable table =
        new OrderTable(
            rows,
            selection.table().tokens(),
            Section.name(config.shape()),
            Section.name(config.within()));
    output.writeText(
        CurriculumProfile.FILE, Json.write(profile(context, config, selection.table(), output)));
    return new OrderResult(table, ranked.ranges());
  }

  private Dataset<Row> quantiles(
      JobContext context, OrderConfig config, long seed, Finished<SelectionTable> selection) {
    Column group = config.within() == Within.SOURCE ? col(DocumentsTable.SOURCE) : lit("(all)");
    Dataset<Row> byScore =
        context
            .session()
            .read()
            .parquet(selection.directory().table().toString())
            .select(
                col(DocumentsTable.DOC_ID),
                col(DocumentsTable.SOURCE),
                col(SelectionTable.REPEAT),
                col(DocumentsTable.N_TOKENS),
                col(SelectionTable.SCORE),
                group.as(GlobalRank.RANK_GROUP),
                // Adding 0 turns a negative zero into zero, so that equal scores tie.
                col(SelectionTable.SCORE).plus(lit(0.0)).as(GlobalRank.SORT_KEY),
                tie("order-tie", seed).as(GlobalRank.TIE));
    Ranked ranked = GlobalRank.rank(byScore, selection.table().rows(), rowsPerRange);
    List<Row> totals = new ArrayList<>();
    ranked.tokensByGroup().forEach((name, tokens) -> totals.add(RowFactory.create(name, tokens)));
    Dataset<Row> groupTokens =
        context
            .session()
            .createDataFrame(
                totals,
                new StructType()
                    .add(GlobalRank.RANK_GROUP, StringType)
                    .add(GROUP_TOKENS, LongType));
    return ranked
        .rows()
        .join(broadcast(groupTokens), GlobalRank.RANK_GROUP)
        .select(
            col(DocumentsTable.DOC_ID),
            col(DocumentsTable.SOURCE),
            col(SelectionTable.REPEAT),
            col(DocumentsTable.N_TOKENS),
            col(SelectionTable.SCORE),
            col(GlobalRank.TIE),
            // The middle of the document's own tokens: from their start, every source of one
            // document
            // would be among the poorest.
            col(GlobalRank.TOKENS_BEFORE)
                .cast("double")
                .plus(col(DocumentsTable.N_TOKENS).cast("double").divide(lit(2.0)))
                .divide(greatest(col(GROUP_TOKENS), lit(1L)).cast("double"))
                .as(OrderTable.QUANTILE));
  }

  private static Dataset<Row> sortKeys(Dataset<Row> quantiles, OrderConfig config, long seed) {
    return quantiles
        .withColumn(GlobalRank.SORT_KEY, sortKey(config.shape(), seed))
        .withColumn(GlobalRank.RANK_GROUP, lit("(all)"));
  }

  /** The shape as a function of quantile and chance; smaller keys are read first. */
  static Column sortKey(Shape shape, long seed) {
    return switch (shape) {
      case ASCENDING -> col(OrderTable.QUANTILE);
      case DESCENDING -> lit(1.0).minus(col(OrderTable.QUANTILE));
      case SHUFFLED -> DocumentHash.unit(tie("order-shuffle", seed));
    };
  }

  private static Column tie(String purpose, long seed) {
    return DocumentHash.hash(purpose, seed, col(DocumentsTable.DOC_ID), col(SelectionTable.REPEAT));
  }

  private static CurriculumProfile profile(
      JobContext context, OrderConfig config, SelectionTable selection, StageDirectory output) {
    List<String> files = SparkTables.files(output);
    SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
    long tokens = selection.tokens();
    ProfileBuilder whole = new ProfileBuilder(tokens, PROFILE_BINS);
    JavaSparkContext.fromSparkContext(context.session().sparkContext())
        .parallelize(files, Math.max(1, files.size()))
        .map(file -> profile(hadoop, file, tokens))
        // Bounded: each file holds a stretch of the curriculum, so all together have few more
        // than PROFILE_BINS bins.
        .collect()
        .forEach(whole::merge);
    return whole.build(config, ProfileBuilder.largest(selection.tokensBySource()));
  }

  private static ProfileBuilder profile(SerializableConfiguration hadoop, String file, long tokens)
      throws IOException {
    ProfileBuilder part = new ProfileBuilder(tokens, PROFILE_BINS);
    try (ParquetRows.Reader rows =
        ParquetRows.read(
            hadoop.value(),
            new Path(file),
            OrderTable.TOKEN_OFFSET,
            DocumentsTable.N_TOKENS,
            SelectionTable.SCORE,
            OrderTable.QUANTILE,
            DocumentsTable.SOURCE)) {
      for (Optional<Group> row = rows.next(); row.isPresent(); row = rows.next()) {
        part.add(
            row.get().getLong(OrderTable.TOKEN_OFFSET, 0),
            row.get().getInteger(DocumentsTable.N_TOKENS, 0),
            row.get().getDouble(SelectionTable.SCORE, 0),
            row.get().getDouble(OrderTable.QUANTILE, 0),
            row.get().getString(DocumentsTable.SOURCE, 0));
      }
    }
    return part;
  }
}
