package io.gradus.benchmarks;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.ingest.IngestConfig;
import io.gradus.jobs.ingest.IngestJob;
import io.gradus.jobs.ingest.IngestResult;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * The stages {@code ingest} and {@code pack}, from JSON lines to datatrove's files. The order
 * between them is made before the first round, of the same documents.
 */
final class GradusTokens implements Rival {
  private static final long SHARD_TOKENS = 8_000_000;

  private final JobContext context;
  private final IngestConfig ingest;
  private final StageDirectory documents;
  private final StageDirectory order;
  private final StageDirectory packed;
  private OrderTable table;

  GradusTokens(JobContext context, Path texts, Path tokenizer, Path work) {
    this.context = context;
    this.ingest =
        PackTexts.config(
            "{ path = \"%s/*.jsonl\", source = quickstart }".formatted(texts.toAbsolutePath()),
            tokenizer);
    this.documents = RatingsOptions.directory(work.resolve("documents"));
    this.order = RatingsOptions.directory(work.resolve("order"));
    this.packed = RatingsOptions.directory(work.resolve("packed"));
  }

  @Override
  public String name() {
    return "gradus";
  }

  @Override
  public String description() {
    return "ingest and pack to datatrove in Spark %s %s, heap limit %d MiB"
        .formatted(
            context.session().version(),
            context.session().sparkContext().master(),
            Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Tokens of all texts, an end-of-text after each, known after the first round. */
  long tokens() {
    return table.tokens() + table.rows();
  }

  @Override
  public Round run() {
    documents.clear();
    packed.clear();
    Stopwatch first = new Stopwatch();
    IngestResult ingested = new IngestJob().run(context, ingest, documents);
    Round tokenized = first.stop();
    if (table == null) {
      table = writeOrder(ingested.table());
    }
    PackConfig config = new PackConfig(List.of(ShardFormat.DATATROVE), 2048, SHARD_TOKENS);
    Stopwatch second = new Stopwatch();
    new PackJob()
        .run(
            context,
            config,
            new Finished<>(documents, ingested.table()),
            new Finished<>(order, table),
            packed);
    Round written = second.stop();
    return new Round(
        tokenized.seconds() + written.seconds(),
        tokenized.processorSeconds() + written.processorSeconds());
  }

  private OrderTable writeOrder(DocumentsTable ingested) {
    order.clear();
    List<Row> rows =
        context
            .session()
            .read()
            .parquet(documents.table().toString())
            .select(DocumentsTable.DOC_ID, DocumentsTable.SOURCE, DocumentsTable.N_TOKENS)
            .orderBy(xxhash64(col(DocumentsTable.DOC_ID)))
            .collectAsList();
    StoredTokens.writeOrder(context, order, rows, ingested.tokens());
    return new OrderTable(ingested.rows(), ingested.tokens(), "shuffled", "overall");
  }

  @Override
  public void close() {}
}
