package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.jobs.verify.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code gradus verify FILE --as TRAINER} for every trainer, over one workspace. */
class VerifyAsTest {
  private static final int STEPS = 20;

  @TempDir static Path folder;
  private static Path pipeline;

  @BeforeAll
  static void run() throws IOException, InterruptedException {
    Path input = GeneratedCorpus.write(folder.resolve("input"), GeneratedCorpus.lines(200, 31), 2);
    pipeline =
        Files.writeString(
            folder.resolve("trainers.conf"),
            """
            pipeline { name = trainers, workspace = "%s", seed = 7 }
            ingest { inputs = [ { path = "%s/*.jsonl", source-field = site } ], tokenizer = gpt2 }
            rate { raters = [ { kind = statistics, criteria = [ compression_ratio ] } ] }
            pack { formats = [ mds, megatron, olmo, datatrove, parquet, litdata ]
                   sequence-length = 32, shard-tokens = 2048
                   layouts { litdata { ranks = 2, workers = 1, micro-batch = 2 } } }
            advise { parameters = 10M, batch-tokens = 1024, peak-learning-rate = 1e-3 }
            """
                .formatted(folder.resolve("workspace"), input));
    Program.Finished verified = gradus();
    assertThat(verified.exitCode()).as(verified.output()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Trainer.class)
  void everyTrainersRanksReadTheCurriculum(Trainer trainer)
      throws IOException, InterruptedException {
    Topology topology =
        switch (trainer) {
          case MOSAICML_STREAMING, MEGATRON, OLMO_CORE, NANOTRON, HF_MAP ->
              new Topology(2, 2, 1, 2, 2);
          // Each rank reads a part of its own, so the shards must be laid out for them.
          case LITDATA -> new Topology(1, 2, 1, 2, 2);
          // The shards are sorted: one reader.
          case HF_STREAMING -> new Topology(1, 1, 1, 4, 2);
        };

    Program.Finished read = as(trainer, topology);

    String sequences = String.format("%,d", STEPS * topology.sequences());
    assertThat(read.exitCode()).as(read.output()).isZero();
    assertThat(read.output())
        .contains("as " + topology.nodes + " x " + topology.ranks + " ranks, ")
        .contains("micro-batch " + topology.microBatch + ", " + topology.accumulate)
        .containsPattern("coverage +" + sequences + " +0")
        .containsPattern("repeats +" + sequences + " +0")
        .containsPattern("inversions +" + sequences + " +0")
        .containsPattern("ranks +\\d+ +0");
    assertThat(steps(trainer)).hasSize(STEPS).allMatch(line -> line.contains("\"site-"));
  }

  @Test
  void aSettingThatBreaksTheOrderIsToldWithItsRemedy() throws IOException, InterruptedException {
    Program.Finished read =
        as(
            Trainer.MOSAICML_STREAMING,
            new Topology(2, 2, 1, 2, 2),
            "--with",
            "num_canonical_nodes=2");

    assertThat(read.exitCode()).as(read.output()).isEqualTo(2);
    assertThat(read.output())
        .containsPattern("inversions +[\\d,]+ +[1-9]")
        .contains("verify: this run would not read the curriculum as it is: ")
        .contains("What mends it: set num_canonical_nodes=1, which the layout is for")
        .doesNotContain("\tat ");
  }

  /** The lines of the steps that were written last. */
  private static List<String> steps(Trainer trainer) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.walk(folder.resolve("workspace/verify"))) {
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(path -> path.getParent().endsWith("steps"))
              .filter(path -> path.toString().contains(trainer.label()))
              .filter(path -> !path.getFileName().toString().startsWith("."))
              .filter(path -> !path.getFileName().toString().startsWith("_"))
              .toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }

  private record Topology(int nodes, int ranks, int workers, int microBatch, int accumulate) {
    int sequences() {
      return nodes * ranks * microBatch * accumulate;
    }
  }

  private static Program.Finished as(Trainer trainer, Topology topology, String... more)
      throws IOException, InterruptedException {
    List<String> options = new ArrayList<>();
    Collections.addAll(
        options,
        "--as",
        trainer.label(),
        "--nodes",
        Integer.toString(topology.nodes),
        "--ranks",
        Integer.toString(topology.ranks),
        "--workers",
        Integer.toString(topology.workers),
        "--micro-batch",
        Integer.toString(topology.microBatch),
        "--accumulate",
        Integer.toString(topology.accumulate),
        "--steps",
        Integer.toString(STEPS));
    options.addAll(List.of(more));
    return gradus(options.toArray(String[]::new));
  }

  private static Program.Finished gradus(String... options)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("verify", pipeline.toString()));
    arguments.addAll(List.of(options));
    // Short runs have nothing of the second compiler.
    Map<String, String> environment = Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");
    return Program.run(folder, environment, arguments.toArray(String[]::new));
  }
}
