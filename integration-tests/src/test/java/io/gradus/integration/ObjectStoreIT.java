package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.workspace.Fingerprint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs, workspace and shards in a real S3 server; with the profile {@code s3} only. */
class ObjectStoreIT {
  @TempDir static Path folder;
  private static ObjectStore store;
  private static FileSystem bucket;
  private static Map<String, String> expected;
  private Process process;

  @BeforeAll
  static void startServerAndRunLocally() throws IOException, InterruptedException {
    store = ObjectStore.start(folder.resolve("store"));
    bucket = store.fileSystem();
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(150, 41), 2);
    bucket.copyFromLocalFile(path(input.toString()), path(store.uri("input")));
    Path workspace = folder.resolve("local");
    Path pipeline = pipeline("local", workspace.toString(), input.toString());
    Program.Finished run = Program.run(folder, Map.of(), "run", pipeline.toString());
    assertThat(run.exitCode()).as(run.output()).isZero();
    expected = Outputs.shards(workspace);
  }

  @AfterAll
  static void stopServer() throws IOException {
    if (bucket != null) {
      bucket.close();
    }
    if (store != null) {
      store.close();
    }
  }

  @AfterEach
  void stopProcess() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void theWholeFlowMakesTheShardsOfALocalRun() throws IOException, InterruptedException {
    Path pipeline = pipeline("flow", store.uri("flow"), store.uri("input"));
    Program.Finished run = gradus("run", pipeline);
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output())
        .contains("all checks passed")
        .containsPattern("(?m)^Shards: s3a://bucket/flow/pack/");
    assertThat(shards("flow")).isEqualTo(expected);

    // Tables that Spark writes are committed as S3A does, and nothing is left of the way there.
    assertThat(objects("flow/calibrate"))
        .filteredOn(object -> object.endsWith("/_SUCCESS"))
        .singleElement()
        .satisfies(object -> assertThat(read(object)).contains("\"committer\":\"magic\""));
    assertThat(objects("flow"))
        .noneMatch(object -> object.contains("__magic") || object.matches(".*/[._][^/]*-[^/]*"));
    assertThat(objects("flow/running")).isEmpty();

    Program.Finished status = gradus("status", pipeline);
    assertThat(status.output()).containsPattern("verify +all checks passed");
    Program.Finished again = gradus("run", pipeline);
    assertThat(again.output()).startsWith("Nothing to do: every stage is finished");
  }

  @Test
  void aRunThatIsKilledInPackLeavesNoHalfShardUnderItsName()
      throws IOException, InterruptedException {
    Path pipeline = pipeline("killed", store.uri("killed"), store.uri("input"));
    Path output = folder.resolve("killed.txt");
    process = Program.start(output, store.environment(), "run", pipeline.toString());
    await("a shard in " + output, () -> !packed("killed").isEmpty());
    process.destroyForcibly().waitFor();

    Map<String, String> left = packed("killed");
    assertThat(objects("killed/pack")).noneMatch(object -> object.endsWith("/manifest.json"));
    assertThat(left).isNotEmpty().allSatisfy((n, d) -> assertThat(expected).containsEntry(n, d));
    assertThat(left).hasSizeLessThan(expected.size());

    Program.Finished again = gradus("run", pipeline);
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output()).contains("has ended without finishing; going on from there.");
    assertThat(shards("killed")).isEqualTo(expected);
  }

  @Test
  void anExecutorThatIsKilledInPackLeavesTheShardsOfALocalRun()
      throws IOException, InterruptedException {
    Path output = folder.resolve("executor.txt");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder.resolve("cluster"), "0", "1")) {
      List<String> spark = new ArrayList<>(store.options());
      spark.addAll(List.of("--master", cluster.url(), "--executor-memory", "512m"));
      Path pipeline = pipeline("executor", store.uri("executor"), store.uri("input"));
      process = Program.submitMain(output, "PipelineMain", spark, pipeline.toString());
      await("a shard in " + output, () -> !packed("executor").isEmpty());
      cluster.executors().get(0).destroyForcibly();
      Program.Finished run = Program.finish(process, output);
      assertThat(run.exitCode()).as(run.output()).isZero();
    }
    assertThat(shards("executor")).isEqualTo(expected);
  }

  @Test
  void aSecondRunIsRefusedAndStatusShowsTheFirstFromTheStore()
      throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("much"), GeneratedCorpus.lines(4_000, 5), 2);
    bucket.copyFromLocalFile(path(input.toString()), path(store.uri("much")));
    Path pipeline = pipeline("two", store.uri("two"), store.uri("much"));
    Path output = folder.resolve("first.txt");
    process = Program.start(output, store.environment(), "rate", pipeline.toString());
    String running = store.uri("two/running/000001.json");
    await(
        "rate and its pace in " + output,
        () -> {
          String holder = readIfThere(running);
          return holder.contains("\"stage\" : \"rate\"") && holder.contains("tokensPerSecond");
        });

    Program.Finished status = gradus("status", pipeline);
    Program.Finished second = gradus("run", pipeline);
    process.destroyForcibly().waitFor();
    Program.Finished third =
        gradus("rate", pipeline, "--set", "rate.raters=[{ kind = statistics }]");

    String first = "process " + process.pid() + " of " + System.getProperty("user.name") + " on ";
    assertThat(status.output())
        .containsPattern("rate +running: +\\d+ %  [0-9,]+ tokens/s  \\S.* left")
        .contains("Running: " + first);
    assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
    assertThat(second.output())
        .startsWith("gradus: pipeline.workspace: another run works in s3a://bucket/two: " + first)
        .doesNotContain("\tat ");
    assertThat(third.exitCode()).as(third.output()).isZero();
    assertThat(third.output()).contains("The run of " + first, "; going on from there.");
    assertThat(objects("two/running")).isEmpty();
  }

  private static Path pipeline(String name, String workspace, String input) throws IOException {
    String text =
        """
        pipeline { name = stored, workspace = "%s", seed = 7 }
        ingest { inputs = [ { path = "%s/*.jsonl", source-field = site } ], tokenizer = gpt2
                 buckets = 16 }
        sample { method = temperature, temperature = 1.0, tokens = 50%%, quotas = proportional }
        pack { formats = [ mds, megatron, parquet ], sequence-length = 64, shard-tokens = 512 }
        advise { parameters = 10M, batch-tokens = 1024, peak-learning-rate = 1e-3 }
        """
            .formatted(workspace, input);
    return Files.writeString(folder.resolve(name + ".conf"), text);
  }

  private static Program.Finished gradus(String command, Path pipeline, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command, pipeline.toString()));
    arguments.addAll(List.of(more));
    return Program.run(folder, store.environment(), arguments.toArray(String[]::new));
  }

  private void await(String what, BooleanSupplier condition) throws IOException {
    StandaloneCluster.await(what, () -> condition.getAsBoolean() || !process.isAlive());
    assertThat(process.isAlive()).as(what + " before its end").isTrue();
  }

  private static Map<String, String> shards(String workspace) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copies").resolve(workspace));
    bucket.copyToLocalFile(path(store.uri(workspace + "/pack")), path(copy.toString()));
    return Outputs.shards(copy);
  }

  /** The digests of what is seen under the names of shards, of a stage that is not finished. */
  private static Map<String, String> packed(String workspace) {
    Map<String, String> packed = new TreeMap<>();
    for (String object : objects(workspace + "/pack")) {
      String name = object.replaceFirst(".*/pack/[0-9a-f]{16}/", "");
      if (expected.containsKey(name)) {
        packed.put(name, Fingerprint.sha256(bytes(object)));
      }
    }
    return packed;
  }

  /** Everything whose key starts so, as the server lists it. */
  private static List<String> objects(String key) {
    List<String> objects = new ArrayList<>();
    try {
      RemoteIterator<LocatedFileStatus> files = bucket.listFiles(path(store.uri(key)), true);
      while (files.hasNext()) {
        objects.add(files.next().getPath().toString());
      }
    } catch (FileNotFoundException notYet) {
      return objects;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return objects;
  }

  private static byte[] bytes(String object) {
    try (var in = bucket.open(path(object))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(String object) {
    return new String(bytes(object), StandardCharsets.UTF_8);
  }

  private static String readIfThere(String object) {
    try (var in = bucket.open(path(object))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException notYetOrJustReplaced) {
      return "";
    }
  }

  private static org.apache.hadoop.fs.Path path(String path) {
    return new org.apache.hadoop.fs.Path(path);
  }
}
