package io.gradus.benchmarks;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SaveMode;

/** Spark alone: reads the documents' tokens, sorts them by position, writes Parquet. */
final class SparkCopy implements Rival {
  private final JobContext context;
  private final StoredTokens stored;
  private final Path output;

  SparkCopy(JobContext context, StoredTokens stored, Path output) {
    this.context = context;
    this.stored = stored;
    this.output = output;
  }

  @Override
  public String name() {
    return "spark";
  }

  @Override
  public String description() {
    return "read, sort by position, write in Spark %s %s, %s"
        .formatted(
            context.session().version(),
            context.session().sparkContext().master(),
            context.session().conf().get("spark.sql.parquet.compression.codec"));
  }

  @Override
  public Round run() throws IOException {
    Corpus.delete(output);
    Stopwatch stopwatch = new Stopwatch();
    context
        .session()
        .read()
        .parquet(stored.documents().directory().table().toString())
        .select(OrderTable.POSITION, DocumentsTable.TOKENS)
        .orderBy(OrderTable.POSITION)
        .write()
        .mode(SaveMode.ErrorIfExists)
        .parquet(output.toUri().toString());
    return stopwatch.stop();
  }

  @Override
  public void close() {}
}
