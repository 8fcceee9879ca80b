package io.gradus.benchmarks;

import io.gradus.common.job.JobContext;
import io.gradus.jobs.pipeline.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/**
 * The stage {@code rate} of a pipeline whose documents are ingested, from the empty folder to the
 * finished manifest. What stays from one round to the next is the JVM with its Spark and its
 * session.
 */
final class GradusRate implements RatingRival {
  private final JobContext context;
  private final Corpus corpus;
  private final Path workspace;
  private final List<String> criteria;

  GradusRate(JobContext context, Corpus corpus, List<String> criteria) {
    this.context = context;
    this.corpus = corpus;
    this.workspace = corpus.configuration().resolveSibling("workspace");
    this.criteria = criteria;
  }

  @Override
  public String name() {
    return "gradus";
  }

  @Override
  public String description() {
    return "rate in Spark "
        + context.session().version()
        + " "
        + context.session().sparkContext().master()
        + ", Parquet to Parquet";
  }

  @Override
  public Round run() throws IOException {
    Corpus.delete(workspace.resolve("rate"));
    Pipeline pipeline = Corpus.pipeline(context, corpus.configuration());
    Stopwatch stopwatch = new Stopwatch();
    pipeline.run(context, "rate");
    return stopwatch.stop();
  }

  @Override
  public Map<String, List<Double>> scores() throws IOException {
    Map<String, List<Double>> scores = new TreeMap<>();
    for (Row row :
        context
            .session()
            .read()
            .parquet(Corpus.table(workspace.resolve("rate")).toString())
            .drop("source")
            .join(Corpus.documents(context, workspace).select("doc_id", "external_id"), "doc_id")
            .collectAsList()) {
      List<Double> values = new ArrayList<>();
      for (String criterion : criteria) {
        values.add(row.<Number>getAs(criterion).doubleValue());
      }
      scores.put(row.getAs("external_id"), values);
    }
    return scores;
  }

  @Override
  public void close() {}
}
