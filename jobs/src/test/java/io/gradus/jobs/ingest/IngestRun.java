package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Runs ingest on the files of a folder, and shows what came out. */
final class IngestRun {
  private final Path folder;
  private final JobContext context;
  private final StageDirectory output;

  IngestRun(Path folder) {
    this(folder, "output");
  }

  IngestRun(Path folder, String outputName) {
    this.folder = folder;
    this.context = LocalSpark.context();
    this.output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve(outputName).toUri()), context.hadoop());
  }

  /** Reads a configuration in which {@code $} stands for the folder. */
  IngestConfig config(String hocon) {
    return config(hocon.replace("$", folder.toString()), folder);
  }

  /** Reads a configuration as from a file in {@code place}. */
  static IngestConfig config(String hocon, Path place) {
    Problems problems = new Problems();
    Section root =
        Section.root(ConfigFactory.parseString("ingest {" + hocon + "}"), problems, place);
    IngestConfig config = IngestConfig.read(root.section("ingest"));
    problems.throwIfAny();
    return config;
  }

  IngestResult run(String hocon) {
    IngestResult result = new IngestJob().run(context, config(hocon), output);
    long dropped = result.dropped().values().stream().mapToLong(Long::longValue).sum();
    if (result.records() != result.table().rows() + result.duplicates() + dropped) {
      throw new AssertionError("Records were lost or doubled: " + result);
    }
    return result;
  }

  /** The table's rows, bucket after bucket. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    try {
      for (var file : DocumentsTable.bucketFiles(output.fileSystem(), output.table()).values()) {
        rows.addAll(context.session().read().parquet(file.toString()).collectAsList());
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return rows;
  }

  /** One column of all rows, sorted so that hashes do not matter. */
  List<String> sorted(String column) {
    return rows().stream().map(row -> String.valueOf(row.<Object>getAs(column))).sorted().toList();
  }

  /** The sample of bad records. */
  List<JsonNode> badRecords() {
    List<JsonNode> records = new ArrayList<>();
    try {
      for (String line : output.text("bad-records.jsonl").orElse("").lines().toList()) {
        records.add(new ObjectMapper().readTree(line));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return records;
  }

  StageDirectory output() {
    return output;
  }
}
