package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.order.OrderConfig;
import io.gradus.jobs.order.OrderJob;
import io.gradus.jobs.pack.LayoutConfig;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import io.gradus.jobs.verify.VerifyJob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The libraries that trainers read shards with get the curriculum's tokens, in order. {@code
 * -Dreaders=none} leaves these tests out.
 */
class ReadersIT {
  private static final int SEQUENCE_LENGTH = 64;
  private static final int SHARD_TOKENS = 4096;
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
  void readersGetTwoByteTokensInOrderFromShardsLaidOutForThem()
      throws IOException, InterruptedException {
    Packed packed =
        pack(
            TinyCorpus.random(200, 50_257, 31),
            List.of(ShardFormat.values()),
            Map.of(
                ShardFormat.MDS, new LayoutConfig(2, 1, 1, 1),
                ShardFormat.PARQUET, new LayoutConfig(1, 2, 2, 2),
                ShardFormat.LITDATA, new LayoutConfig(1, 2, 2, 2)));

    packed.readMds("mds", "--canonical-nodes=2", "--topology=2x2x2x2", "--topology=1x2x2x4");
    packed.readMds("mds-zstd", "--topology=1x2x2x2");
    packed.read("megatron", "--topology=1x2x0x2", "--topology=2x2x0x2");
    packed.read("olmo", "--topology=1x2x0x2", "--topology=1x2x2x4");
    packed.read("datatrove", "--topology=1x2x2x2", "--topology=1x4x0x2");
    packed.read("parquet", "--streaming", "--topology=1x2x2x2");
    packed.read("litdata", "--topology=1x2x2x2");
    packed.readTexts();
  }

  @Test
  void readersGetFourByteTokensInOrder() throws IOException, InterruptedException {
    Packed packed =
        pack(
            TinyCorpus.random(200, 100_277, 32),
            List.of(ShardFormat.values()),
            Map.of(
                ShardFormat.MDS_ZSTD, new LayoutConfig(2, 1, 1, 1),
                ShardFormat.LITDATA, new LayoutConfig(1, 4, 1, 2)));

    packed.readMds("mds", "--topology=1x2x2x2", "--topology=2x2x2x2");
    packed.readMds("mds-zstd", "--canonical-nodes=2", "--topology=2x2x1x2");
    packed.read("megatron", "--topology=1x2x0x2", "--topology=2x2x0x2");
    packed.read("olmo", "--topology=1x2x2x2", "--topology=1x4x0x2");
    packed.read("datatrove", "--topology=1x2x2x2");
    packed.read("parquet", "--topology=1x2x2x2", "--topology=1x4x1x2");
    packed.read("litdata", "--topology=1x4x1x2");
    packed.readTexts();
  }

  @Test
  void streamingReadersGetTheOrderInAnotherTopology() throws IOException, InterruptedException {
    Packed packed =
        pack(
            TinyCorpus.random(200, 50_257, 33),
            List.of(ShardFormat.PARQUET),
            Map.of(ShardFormat.PARQUET, new LayoutConfig(1, 4, 1, 2)));

    packed.read("parquet", "--streaming", "--topology=1x4x1x2");
  }

  @Test
  void readersGetPhasesOfZigZagAndFoldedInOrder() throws IOException, InterruptedException {
    String shape =
        """
        shape = [
          { name = first,  share = 60%, shape { zig-zag { layers = 4 } } }
          { name = second, share = 40%, shape { folded { layers = 3, inside = descending } } }
        ]
        """;
    Packed packed =
        pack(
            TinyCorpus.random(200, 50_257, 34),
            List.of(ShardFormat.MDS, ShardFormat.MEGATRON, ShardFormat.OLMO, ShardFormat.PARQUET),
            Map.of(
                ShardFormat.MDS, new LayoutConfig(2, 1, 1, 1),
                ShardFormat.PARQUET, new LayoutConfig(1, 2, 2, 2)),
            shape);

    assertThat(packed.turns()).isGreaterThanOrEqualTo(5);
    packed.readMds("mds", "--canonical-nodes=2", "--topology=2x2x2x2");
    packed.read("megatron", "--topology=2x2x0x2");
    packed.read("olmo", "--topology=1x2x2x2");
    packed.read("parquet", "--streaming", "--topology=1x2x2x2");
  }

  @Test
  void theComparisonItselfFindsFaults() throws IOException, InterruptedException {
    run(List.of(python("trainers"), "-B", SCRIPTS + "/test_readers_detect_faults.py"));
  }

  /** Packs and verifies: a document longer than two shards, one of a single token, a repeat. */
  private Packed pack(
      TinyCorpus random, List<ShardFormat> formats, Map<ShardFormat, LayoutConfig> layouts)
      throws IOException, InterruptedException {
    return pack(random, formats, layouts, "");
  }

  /** The same in an order that {@code order} makes, where a configuration of it is given. */
  private Packed pack(
      TinyCorpus random,
      List<ShardFormat> formats,
      Map<ShardFormat, LayoutConfig> layouts,
      String shape)
      throws IOException, InterruptedException {
    List<TinyCorpus.Document> documents = new ArrayList<>(random.documents());
    // A repeat beside the first copy, since verify wants scores that ascend.
    documents.add(8, documents.get(7));
    TinyCorpus corpus =
        new TinyCorpus(random.vocabularySize(), random.endOfText(), documents).withTexts();
    Path home = Files.createTempDirectory(folder, "packed");
    Finished<DocumentsTable> table = corpus.writeDocuments(home.resolve("documents"), 3);
    Finished<SelectionTable> selection = corpus.writeSelection(home.resolve("selection"));
    Finished<OrderTable> order =
        shape.isEmpty()
            ? corpus.writeOrder(home.resolve("order"), 2)
            : order(shape, selection, home.resolve("order"));
    StageDirectory output = directory(home.resolve("shards"));
    PackConfig config =
        new PackConfig(
            formats,
            layouts,
            SEQUENCE_LENGTH,
            SHARD_TOKENS,
            Packing.CONCATENATE,
            0,
            PackedShards.NO_TOKEN,
            false,
            8);
    PackedShards shards =
        new PackJob().run(LocalSpark.context(), config, table, order, output).table();
    assertThat(
            new VerifyJob()
                .run(
                    LocalSpark.context(),
                    table,
                    selection,
                    order,
                    new Finished<>(output, shards),
                    directory(home.resolve("verify")))
                .breaches())
        .isEmpty();
    Packed packed = new Packed(home, corpus.tokenBytes());
    packed.writeExpected(corpus.endOfText());
    return packed;
  }

  private static Finished<OrderTable> order(
      String text, Finished<SelectionTable> selection, Path folder) {
    Problems problems = new Problems();
    OrderConfig config = OrderConfig.read(Section.root(ConfigFactory.parseString(text), problems));
    problems.throwIfAny();
    StageDirectory output = directory(folder);
    return new Finished<>(
        output, new OrderJob().run(LocalSpark.context(), config, 7, selection, output).table());
  }

  /** Shards, and the tables that they were packed from. */
  private final class Packed {
    private final Path home;
    private final int tokenBytes;

    Packed(Path home, int tokenBytes) {
      this.home = home;
      this.tokenBytes = tokenBytes;
    }

    /** Writes the tokens that readers must see, which Python makes of order and documents. */
    void writeExpected(int endOfText) throws IOException, InterruptedException {
      run(
          List.of(
              python("trainers"),
              "-B",
              SCRIPTS + "/expected_stream.py",
              "--order=" + home.resolve("order/table"),
              "--documents=" + home.resolve("documents/table"),
              "--end-of-text=" + endOfText,
              "--token-bytes=" + tokenBytes,
              "--sequence-length=" + SEQUENCE_LENGTH,
              "--output=" + home.resolve("expected")));
    }

    /** How often quality, looked at in pieces of the run, begins to rise or to fall. */
    long turns() {
      List<Double> scores =
          LocalSpark.session()
              .read()
              .parquet(home.resolve("order/table").toString())
              .orderBy(OrderTable.POSITION)
              .select(SelectionTable.SCORE)
              .as(Encoders.DOUBLE())
              .collectAsList();
      int pieces = 28;
      double[] means = new double[pieces];
      for (int piece = 0; piece < pieces; piece++) {
        means[piece] =
            scores
                .subList(piece * scores.size() / pieces, (piece + 1) * scores.size() / pieces)
                .stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
      }
      return IntStream.range(2, pieces)
          .filter(i -> (means[i] > means[i - 1]) != (means[i - 1] > means[i - 2]))
          .count();
    }

    void readMds(String format, String... options) throws IOException, InterruptedException {
      compare("streaming", "read_mds.py", format, options);
    }

    void read(String format, String... options) throws IOException, InterruptedException {
      compare("trainers", "read_" + format + ".py", format, options);
    }

    /** Runs a script that compares what a reader gives with the expected tokens. */
    private void compare(String environment, String script, String format, String... options)
        throws IOException, InterruptedException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  python(environment),
                  "-B", // no byte code beside the sources
                  SCRIPTS + "/" + script,
                  "--expected=" + home.resolve("expected"),
                  "--sequence-length=" + SEQUENCE_LENGTH,
                  "--token-bytes=" + tokenBytes,
                  "--shards=" + home.resolve("shards").resolve(format)));
      command.addAll(List.of(options));
      run(command);
    }

    void readTexts() throws IOException, InterruptedException {
      run(
          List.of(
              python("trainers"),
              "-B",
              SCRIPTS + "/read_jsonl.py",
              "--order=" + home.resolve("order/table"),
              "--documents=" + home.resolve("documents/table"),
              "--shards=" + home.resolve("shards/jsonl")));
    }
  }

  private String python(String environment) {
    return environments.resolve(environment).resolve("bin/python").toString();
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
