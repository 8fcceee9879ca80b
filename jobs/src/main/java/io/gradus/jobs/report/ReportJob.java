package io.gradus.jobs.report;

import static org.apache.spark.sql.functions.sum;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.page.PageTemplate;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;

/** Writes {@code report.html}, a page that needs no network and no other file. */
public final class ReportJob {
  /** The report's file in the stage's directory. */
  public static final String FILE = "report.html";

  /**
   * Writes the report; ratings and selection are read in one pass each over narrow columns, and the
   * selection in another where there are topics.
   */
  public ReportResult run(
      JobContext context,
      ReportInputs inputs,
      Finished<RatingsTable> ratings,
      Finished<SelectionTable> selection,
      StageDirectory output) {
    output.clear();
    RatingStatistics statistics =
        RatingStatistics.gather(context.session(), ratings, selection, inputs.result("calibrate"));
    Map<Integer, Long> tokensByTopic =
        inputs.topics().isMissingNode() ? Map.of() : tokensByTopic(context.session(), selection);
    String page =
        PageTemplate.render(
            ReportJob.class, "report", new ReportPage(inputs, statistics, tokensByTopic).view());
    output.writeText(FILE, page);
    return new ReportResult(
        output.file(FILE).toString(), page.getBytes(StandardCharsets.UTF_8).length);
  }

  private static Map<Integer, Long> tokensByTopic(
      SparkSession session, Finished<SelectionTable> selection) {
    Map<Integer, Long> tokens = new TreeMap<>();
    session
        .read()
        .parquet(selection.directory().table().toString())
        .groupBy(TopicsTable.TOPIC)
        .agg(sum(DocumentsTable.N_TOKENS).as(DocumentsTable.N_TOKENS))
        // Bounded: there are at most a thousand topics.
        .collectAsList()
        .forEach(
            row -> tokens.put(row.getAs(TopicsTable.TOPIC), row.getAs(DocumentsTable.N_TOKENS)));
    return tokens;
  }
}
