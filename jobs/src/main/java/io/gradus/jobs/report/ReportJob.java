package io.gradus.jobs.report;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.page.PageTemplate;
import java.nio.charset.StandardCharsets;

/** Writes {@code report.html}, a page that needs no network and no other file. */
public final class ReportJob {
  /** The report's file in the stage's directory. */
  public static final String FILE = "report.html";

  /** Writes the report; ratings and selection are read in one pass each over narrow columns. */
  public ReportResult run(
      JobContext context,
      ReportInputs inputs,
      Finished<RatingsTable> ratings,
      Finished<SelectionTable> selection,
      StageDirectory output) {
    output.clear();
    RatingStatistics statistics =
        RatingStatistics.gather(context.session(), ratings, selection, inputs.result("calibrate"));
    String page =
        PageTemplate.render(ReportJob.class, "report", new ReportPage(inputs, statistics).view());
    output.writeText(FILE, page);
    return new ReportResult(
        output.file(FILE).toString(), page.getBytes(StandardCharsets.UTF_8).length);
  }
}
