package io.gradus.benchmarks;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.substring;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.job.JobContext;
import io.gradus.jobs.pipeline.Pipeline;
import io.gradus.jobs.pipeline.PipelineConfig;
import io.gradus.jobs.quickstart.QuickstartCorpus;
import io.gradus.jobs.quickstart.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A share of the quickstart's documents, as a pipeline that has ingested them and as JSON lines for
 * the rivals.
 *
 * @param configuration of a pipeline with the bundle as its rater
 * @param file JSON lines of id and text
 * @param texts the same, in the same order
 */
record Corpus(Path configuration, Path file, List<Text> texts) {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** A document. */
  record Text(String id, String text) {}

  /**
   * Prepares the documents.
   *
   * @param share one in so many of the quickstart's documents is taken, by its identity
   */
  static Corpus prepare(JobContext context, Path work, Path downloads, Path bundle, int share)
      throws IOException {
    Files.createDirectories(work);
    delete(work.resolve("quickstart"));
    delete(work.resolve("workspace"));
    Path whole = work.resolve("quickstart.conf");
    String inputs =
        QuickstartCorpus.prepare(downloads, work.resolve("raw")).stream()
            .map(Corpus::input)
            .collect(Collectors.joining("\n"));
    writeConfiguration(whole, "quickstart", inputs, bundle);
    ingest(context, whole);

    Path file = work.resolve("documents.jsonl");
    List<Text> texts = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (Row row : share(documents(context, work.resolve("quickstart")), share)) {
      Text text = new Text(row.getAs("id"), row.getAs("text"));
      texts.add(text);
      lines.add(MAPPER.writeValueAsString(Map.of("id", text.id(), "text", text.text())));
    }
    Files.write(file, lines);
    Path configuration = work.resolve("rating-speed.conf");
    writeConfiguration(
        configuration,
        "workspace",
        "{ path = documents.jsonl, source = quickstart, text-field = text, id-field = id }",
        bundle);
    ingest(context, configuration);
    return new Corpus(configuration, file, texts);
  }

  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static String input(Source source) {
    String fields =
        source.textField().isEmpty()
            ? ""
            : ", text-field = " + source.textField() + ", id-field = " + source.idField();
    return "{ path = \"raw/" + source.path() + "\", source = " + source.name() + fields + " }";
  }

  private static void writeConfiguration(Path file, String workspace, String inputs, Path bundle)
      throws IOException {
    String text =
        """
        pipeline { workspace = "%s" }
        ingest { inputs = [ %s ] }
        rate { raters = [ { bundle = "%s" } ] }
        sample { tokens = 50%% }
        """;
    Files.writeString(file, text.formatted(workspace, inputs, bundle.toAbsolutePath()));
  }

  private static void ingest(JobContext context, Path configuration) {
    Pipeline pipeline = pipeline(context, configuration);
    pipeline.prepare();
    pipeline.run(context, "ingest");
  }

  static Pipeline pipeline(JobContext context, Path configuration) {
    return Pipeline.of(PipelineConfig.read(configuration, List.of()), context.hadoop());
  }

  /** The documents table of a workspace in which one was written. */
  static Dataset<Row> documents(JobContext context, Path workspace) throws IOException {
    return context.session().read().parquet(table(workspace.resolve("ingest")).toString());
  }

  /** The table of a stage that has one output. */
  static Path table(Path stage) throws IOException {
    try (Stream<Path> outputs = Files.list(stage)) {
      List<Path> tables =
          outputs
              .filter(output -> Files.exists(output.resolve("manifest.json")))
              .map(output -> output.resolve("table"))
              .toList();
      if (tables.size() != 1) {
        throw new IllegalStateException(
            stage + " has " + tables.size() + " finished outputs. Remove it and run again.");
      }
      return tables.get(0);
    }
  }

  private static List<Row> share(Dataset<Row> documents, int share) {
    // Identities are digests, so their first byte is as good as chance.
    return documents
        .where(conv(hex(substring(col("doc_id"), 1, 1)), 16, 10).cast("int").mod(share).equalTo(0))
        .select(hex(col("doc_id")).as("id"), col("text"))
        .orderBy("id")
        .collectAsList();
  }
}
