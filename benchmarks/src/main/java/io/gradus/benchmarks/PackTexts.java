package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.job.JobContext;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.ingest.IngestConfig;
import io.gradus.jobs.ingest.IngestJob;
import io.gradus.jobs.quickstart.QuickstartCorpus;
import io.gradus.jobs.quickstart.Source;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/** The quickstart's texts as JSON lines, many times, each copy with another first word. */
final class PackTexts {
  /** As many files as processes, so that each has the same work. */
  private static final int FILES = 2;

  private PackTexts() {}

  /** Writes the files where they are not there yet; returns their folder. */
  static Path write(JobContext context, Path work, Path downloads, Path tokenizer, int copies)
      throws IOException {
    Path folder = work.resolve("texts-" + copies);
    if (Files.exists(folder.resolve("complete"))) {
      return folder.resolve("lines");
    }
    Files.createDirectories(folder.resolve("lines"));
    List<String> texts = texts(context, work, downloads, tokenizer);
    JsonMapper mapper = new JsonMapper();
    for (int file = 0; file < FILES; file++) {
      Path path = folder.resolve("lines").resolve("part-" + file + ".jsonl");
      try (BufferedWriter lines = Files.newBufferedWriter(path)) {
        for (int copy = file; copy < copies; copy += FILES) {
          for (int text = 0; text < texts.size(); text++) {
            Map<String, String> line =
                Map.of("id", copy + "-" + text, "text", "Copy" + copy + " " + texts.get(text));
            lines.write(mapper.writeValueAsString(line));
            lines.newLine();
          }
        }
      }
    }
    Files.createFile(folder.resolve("complete"));
    return folder.resolve("lines");
  }

  private static List<String> texts(JobContext context, Path work, Path downloads, Path tokenizer)
      throws IOException {
    Path raw = work.resolve("raw");
    String inputs =
        QuickstartCorpus.prepare(downloads, raw).stream()
            .map(source -> input(raw, source))
            .collect(Collectors.joining("\n"));
    StageDirectory documents = RatingsOptions.directory(work.resolve("quickstart"));
    new IngestJob().run(context, config(inputs, tokenizer), documents);
    return context
        .session()
        .read()
        .parquet(documents.table().toString())
        .orderBy("doc_id")
        .select("text")
        .collectAsList()
        .stream()
        .map((Row row) -> row.<String>getAs("text"))
        .toList();
  }

  private static String input(Path raw, Source source) {
    String fields =
        source.textField().isEmpty()
            ? ""
            : ", text-field = " + source.textField() + ", id-field = " + source.idField();
    return "{ path = \"%s\", source = %s%s }"
        .formatted(raw.resolve(source.path()).toAbsolutePath(), source.name(), fields);
  }

  /** How Gradus ingests. */
  static IngestConfig config(String inputs, Path tokenizer) {
    String text = "inputs = [ %s ], tokenizer = \"%s\", end-of-text = \"%s\"";
    var section =
        RatingsOptions.section(
            text.formatted(inputs, tokenizer.toAbsolutePath(), DatatroveTokens.END_OF_TEXT));
    IngestConfig config = IngestConfig.read(section);
    section.problems().throwIfAny();
    return config;
  }
}
