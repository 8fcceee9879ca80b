package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets are planted wherever people keep them, and looked for in every byte that is written. */
class SecretsTest {
  /** In every secret. */
  private static final String MARK = "PLANTED";

  /** Where Spark is told secrets, by a name for each of its kinds. */
  private static final List<String> SETTINGS =
      List.of(
          "spark.hadoop.fs.s3a.access.key",
          "spark.hadoop.fs.s3a.secret.key",
          "spark.hadoop.fs.s3a.session.token",
          "spark.hadoop.fs.azure.account.key.books.dfs.core.windows.net",
          "spark.hadoop.fs.azure.sas.books.account",
          "spark.ssl.keyPassword");

  @TempDir Path folder;
  private Path written;
  private int outputs;

  @Test
  void noneIsInManifestsLogsReportsAndMessages() throws IOException, InterruptedException {
    written = Files.createDirectories(folder.resolve("written"));
    Path events = Files.createDirectories(written.resolve("events"));
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(60, 51), 2);
    Path pipeline =
        GeneratedCorpus.pipeline(folder.resolve("a.conf"), input, written.resolve("workspace"));
    String logged =
        " -Dspark.eventLog.enabled=true -Dspark.eventLog.compress=false -Dspark.eventLog.dir="
            + events.toUri();

    Program.Finished run = gradus(logged, "run", pipeline);
    assertThat(run.exitCode()).as(run.output()).isZero();
    gradus("", "status", pipeline);
    gradus("", "explain", pipeline, "--set", "sample.temperature=2");
    gradus("", "explain", pipeline, "--cluster", profile().toString(), "--tokens", "1B");
    Program.Finished dry =
        gradus("", "submit", pipeline, "--dry-run", "--cluster", profile().toString());
    assertThat(dry.exitCode()).as(dry.output()).isZero();
    assertThat(dry.output())
        .contains("spark.hadoop.fs.s3a.secret.key=\"${SPARK_HADOOP_FS_S3A_SECRET_KEY:?}\"")
        .contains("Note: secrets are not shown; set SPARK_HADOOP_FS_AZURE_ACCOUNT_KEY_");

    // A run that fails in the middle, by a defect and not by a mistake: its trace is told in full.
    Path broken =
        GeneratedCorpus.pipeline(folder.resolve("b.conf"), input, written.resolve("broken"));
    gradus("", "ingest", broken);
    try (Stream<Path> files = Files.walk(written.resolve("broken/ingest"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".parquet")).toList()) {
        Files.write(file, new byte[] {1, 2, 3});
      }
    }
    Program.Finished failed = gradus(logged, "rate", broken);
    assertThat(failed.exitCode()).as(failed.output()).isEqualTo(1);
    assertThat(written.resolve("broken/failure.json")).exists();
    gradus("", "status", broken);

    // Passwords in URIs.
    for (String place : List.of("ingest.inputs.0.path", "pipeline.workspace", "ingest.tokenizer")) {
      String setting =
          place.startsWith("ingest.inputs")
              ? "ingest.inputs=[{ path = \"s3a://AKIA:" + MARK + "/x@bucket/a\" }]"
              : place + "=s3a://AKIA:" + MARK + "/x@bucket/a";
      Program.Finished refused = gradus("", "run", pipeline, "--set", setting);
      assertThat(refused.exitCode()).as(refused.output()).isEqualTo(2);
      assertThat(refused.output()).contains("'s3a://AKIA:...' holds a password");
    }
    Program.Finished refused =
        Program.run(folder, Map.of(), "run", "s3a://AKIA:" + MARK + "/x@bucket/a.conf");
    assertThat(refused.output())
        .startsWith("gradus: The configuration: 's3a://AKIA:...' holds a password");
    keep(refused);

    assertThat(occurrences()).isEmpty();
    // The log of events is there, and would show them.
    assertThat(files(events))
        .anySatisfy(file -> assertThat(file).content().contains("fs.s3a.secret.key"));
  }

  /** Runs with secrets in Spark's settings, in Hadoop's configuration and in the environment. */
  private Program.Finished gradus(String options, String command, Path pipeline, String... more)
      throws IOException, InterruptedException {
    StringBuilder spark = new StringBuilder(options);
    for (String setting : SETTINGS) {
      spark.append(" -D").append(setting).append('=').append(MARK).append("-in-spark");
    }
    Path hadoop = Files.createDirectories(folder.resolve("hadoop"));
    Files.writeString(
        hadoop.resolve("core-site.xml"),
        """
        <configuration>
          <property><name>fs.s3a.bucket.books.secret.key</name><value>%1$s-in-hadoop</value></property>
          <property><name>fs.azure.account.key.other</name><value>%1$s-in-hadoop</value></property>
        </configuration>
        """
            .formatted(MARK));
    Map<String, String> environment = new TreeMap<>();
    environment.put("GRADUS_JAVA_OPTIONS", spark.toString());
    environment.put("HADOOP_CONF_DIR", hadoop.toString());
    environment.put("SPARK_HOME", sparkHome().toString());
    environment.put("AWS_ACCESS_KEY_ID", MARK + "-in-environment");
    environment.put("AWS_SECRET_ACCESS_KEY", MARK + "-in-environment");
    environment.put("AWS_SESSION_TOKEN", MARK + "-in-environment");
    List<String> arguments = new ArrayList<>(List.of(command, pipeline.toString()));
    arguments.addAll(List.of(more));
    Program.Finished finished = Program.run(folder, environment, arguments.toArray(String[]::new));
    keep(finished);
    return finished;
  }

  /** What a command prints is searched as well. */
  private void keep(Program.Finished finished) throws IOException {
    Files.writeString(written.resolve("output-" + outputs++), finished.output());
  }

  /** A profile as people write them who know no better. */
  private Path profile() throws IOException {
    StringBuilder conf = new StringBuilder();
    for (String setting : SETTINGS) {
      conf.append("  \"%s\" = \"%s-in-profile\"%n".formatted(setting, MARK));
    }
    return Files.writeString(
        folder.resolve("profile.conf"),
        """
        master = "spark://nowhere:7077"
        deploy-mode = client
        shared = [ "%s" ]
        conf {
        %s}
        """
            .formatted(folder, conf));
  }

  /** Where a spark-submit is, which a dry run only looks for. */
  private Path sparkHome() throws IOException {
    Path program = folder.resolve("spark/bin/spark-submit");
    if (!Files.exists(program)) {
      Files.createDirectories(program.getParent());
      Files.writeString(program, "#!/bin/sh\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
    }
    return folder.resolve("spark");
  }

  private List<String> occurrences() throws IOException {
    List<String> occurrences = new ArrayList<>();
    for (Path file : files(written)) {
      String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      for (int at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
        occurrences.add(
            file
                + ": ..."
                + bytes.substring(Math.max(0, at - 80), Math.min(bytes.length(), at + 40)));
      }
    }
    return occurrences;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
