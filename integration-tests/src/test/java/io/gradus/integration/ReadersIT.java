package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.verify.VerifyJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The libraries that trainers read shards with get the curriculum's tokens, in order. {@code
 * -Dreaders=none} leaves these tests out.
 */
class ReadersIT {
  private static final int SEQUENCE_LENGTH = 64;
  private static final Path SCRIPTS = Path.of("src/test/python").toAbsolutePath();

  @TempDir static Path folder;
  private Path environments;

  @BeforeEach
  void findReaders() throws IOException, InterruptedException {
    assumeFalse(
        Boolean.getBoolean("readers.skip"),
        "-Dreaders=none: the trainers' own readers are left out");
    // The build has installed them already, so this only asks where they are.
    List<String> lines = run(List.of(SCRIPTS.resolve("install-readers.sh").toString()));
    environments = Path.of(lines.get(lines.size() - 1));
  }

  @Test
  void readersGetTwoByteTokensInOrder() throws IOException, InterruptedException {
    assertAllReadersAgree(TinyCorpus.random(60, 50_257, 31), 2);
  }

  @Test
  void readersGetFourByteTokensInOrder() throws IOException, InterruptedException {
    assertAllReadersAgree(TinyCorpus.random(60, 100_277, 32), 4);
  }

  private void assertAllReadersAgree(TinyCorpus random, int tokenBytes)
      throws IOException, InterruptedException {
    List<TinyCorpus.Document> documents = new ArrayList<>(random.documents());
    // A repeat beside the first copy, since verify wants scores that ascend.
    documents.add(8, documents.get(7));
    TinyCorpus corpus = new TinyCorpus(random.vocabularySize(), random.endOfText(), documents);
    Path packed = folder.resolve("pack-" + tokenBytes);
    pack(corpus, packed);
    Path stream = folder.resolve("stream-" + tokenBytes);
    Files.write(stream, TokenBytes.encode(corpus.paddedStream(SEQUENCE_LENGTH), tokenBytes));
    List<String> expected =
        List.of(
            "--expected=" + stream,
            "--sequence-length=" + SEQUENCE_LENGTH,
            "--token-bytes=" + tokenBytes);

    read("streaming", "read_mds.py", expected, "--shards=" + packed.resolve("mds"));
    read(
        "megatron-datasets",
        "read_megatron.py",
        expected,
        "--prefix=" + packed.resolve("megatron/train"));
    read("megatron-datasets", "read_parquet.py", expected, "--shards=" + packed.resolve("parquet"));
  }

  /** Packs and verifies: a document longer than two shards, one of a single token, a repeat. */
  private static void pack(TinyCorpus corpus, Path packed) {
    Path tables = packed.resolveSibling(packed.getFileName() + "-tables");
    Finished<DocumentsTable> table = corpus.writeDocuments(tables.resolve("documents"), 3);
    Finished<OrderTable> order = corpus.writeOrder(tables.resolve("order"), 2);
    StageDirectory output = directory(packed);
    PackedShards shards =
        new PackJob()
            .run(
                LocalSpark.context(),
                new PackConfig(List.of(ShardFormat.values()), SEQUENCE_LENGTH, 1024),
                table,
                order,
                output)
            .table();
    assertThat(shards.shards()).isGreaterThanOrEqualTo(5);
    assertThat(
            new VerifyJob()
                .run(
                    LocalSpark.context(),
                    table,
                    corpus.writeSelection(tables.resolve("selection")),
                    order,
                    new Finished<>(output, shards),
                    directory(tables.resolve("verify")))
                .breaches())
        .isEmpty();
  }

  /** Runs a script that compares what a reader gives with the expected tokens. */
  private void read(String environment, String script, List<String> expected, String shards)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(environments.resolve(environment).resolve("bin/python").toString());
    // No byte code beside the sources.
    command.add("-B");
    command.add(SCRIPTS.resolve(script).toString());
    command.addAll(expected);
    command.add(shards);
    run(command);
  }

  /** Runs a program and returns the lines that it printed; fails with them when it fails. */
  private static List<String> run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process = builder.redirectOutput(log.toFile()).start();
    int exit = process.waitFor();
    List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
    lines.forEach(System.out::println);
    assertThat(exit).as("%s%n%s", command, String.join("\n", lines)).isZero();
    return lines;
  }

  private static StageDirectory directory(Path path) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(path.toUri()), LocalSpark.context().hadoop());
  }
}
