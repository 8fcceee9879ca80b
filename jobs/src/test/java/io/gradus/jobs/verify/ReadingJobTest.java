package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReadingJobTest {
  private static final int SEQUENCE = 16;
  private static final TinyCorpus CORPUS = TinyCorpus.random(60, 50_257, 23).withTexts();
  private static final Topology TWO_NODES = new Topology(2, 2, 2, 2, 2);

  @TempDir static Path shared;
  private static Finished<OrderTable> order;
  private static PackedShards table;

  @TempDir Path folder;
  private Path packed;

  @BeforeAll
  static void pack() {
    order = CORPUS.writeOrder(shared.resolve("order"), 2);
    table =
        new PackJob()
            .run(
                LocalSpark.context(),
                new PackConfig(List.of(ShardFormat.values()), SEQUENCE, 32 * SEQUENCE),
                CORPUS.writeDocuments(shared.resolve("documents"), 2),
                order,
                directory(shared.resolve("pack")))
            .table();
  }

  @BeforeEach
  void copy() throws IOException {
    packed = folder.resolve("pack");
    try (Stream<Path> files = Files.walk(shared.resolve("pack"))) {
      for (Path file : files.toList()) {
        Files.copy(file, packed.resolve(shared.resolve("pack").relativize(file).toString()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"MOSAICML_STREAMING", "MEGATRON", "OLMO_CORE", "NANOTRON", "HF_MAP"})
  void sortedShardsAreReadInOrderOnTwoNodes(Trainer trainer) {
    ReadingResult result = read(trainer, TWO_NODES, wholeSteps(TWO_NODES));

    assertThat(result.breaches()).isEmpty();
    assertThat(result.passed()).isTrue();
    assertThat(result.steps()).isEqualTo(wholeSteps(TWO_NODES)).isGreaterThanOrEqualTo(50);
    assertThat(count(result, Check.COVERAGE).checked())
        .isEqualTo(result.steps() * TWO_NODES.stepSequences());
    assertThat(count(result, Check.INVERSIONS).checked())
        .isEqualTo(result.steps() * TWO_NODES.stepSequences());
    assertThat(result.checks()).allMatch(count -> count.checked() > 0 && count.breaches() == 0);
    assertThat(result.remedies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Trainer.class,
      names = {"HF_STREAMING", "LITDATA"})
  void oneRankWithOneWorkerReadsSortedShardsInOrder(Trainer trainer) {
    ReadingResult result = read(trainer, new Topology(1, 1, 1, 4, 1), 0);

    assertThat(result.breaches()).isEmpty();
    assertThat(count(result, Check.COVERAGE).checked()).isEqualTo(table.train().sequences());
  }

  @Test
  void twoCanonicalNodesChangeTheOrderOfSortedShards() {
    ReadingResult result =
        read(Trainer.MOSAICML_STREAMING, TWO_NODES, wholeSteps(TWO_NODES), "num_canonical_nodes=2");

    assertThat(count(result, Check.INVERSIONS).breaches()).isGreaterThan(100);
    assertThat(result.breaches())
        .extracting(Breach::toString)
        .anyMatch(
            text ->
                text.matches(
                    "step 1, rank 0: sequence 8 is read after sequence \\d+ of an earlier step"));
    assertThat(result.remedies())
        .first()
        .asString()
        .startsWith("set num_canonical_nodes=1, which the layout is for");
  }

  @Test
  void splitDatasetByNodeOfAMapStyleSetChangesTheOrder() {
    ReadingResult result = read(Trainer.HF_MAP, TWO_NODES, 0, "split=split_dataset_by_node");

    assertThat(count(result, Check.INVERSIONS).breaches()).isGreaterThan(100);
    assertThat(result.remedies())
        .contains(
            "split_dataset_by_node gives each rank one contiguous part of a map-style set: use"
                + " DistributedSampler(shuffle=False) instead");
  }

  @Test
  void severalWorkersOfLitDataChangeTheOrderOfSortedShards() {
    ReadingResult result = read(Trainer.LITDATA, new Topology(1, 2, 2, 2, 1), 0);

    assertThat(count(result, Check.INVERSIONS).breaches()).isGreaterThan(100);
    assertThat(result.remedies())
        .first()
        .asString()
        .isEqualTo(
            "the shards are sorted, and this run reads them in another order: pack with the layout"
                + " rank-blocks for 2 ranks, 2 workers and micro-batch 2");
  }

  @Test
  void streamingDatasetsChangeTheOrderOfSortedShards() {
    ReadingResult result = read(Trainer.HF_STREAMING, new Topology(1, 2, 2, 2, 1), 0);

    assertThat(count(result, Check.INVERSIONS).breaches()).isGreaterThan(100);
    assertThat(result.remedies())
        .first()
        .asString()
        .endsWith("pack with the layout strided-shards for 2 ranks, 2 workers and micro-batch 2");
  }

  @Test
  void aShuffleIsToldAndNotSimulated() {
    ReadingResult result = read(Trainer.OLMO_CORE, TWO_NODES, 0, "shuffle=True");

    assertThat(result.breaches())
        .extracting(Breach::toString)
        .containsExactly(
            "curriculum: the loader shuffles, and its order is not the curriculum's; it is not"
                + " simulated");
    assertThat(result.remedies()).containsExactly("set shuffle=False");
    assertThat(read(Trainer.MEGATRON, TWO_NODES, 0, "index_caches=stock").remedies())
        .containsExactly(
            "GPTDataset always shuffles: put the identity index caches into --data-cache-path");
  }

  @Test
  void whatMegatronDropsIsMissing() {
    Topology topology = uneven();
    ReadingResult result = read(Trainer.MEGATRON, topology, 0);
    long first = table.train().sequences() / topology.stepSequences() * topology.stepSequences();
    long missing = table.train().sequences() - first;

    assertThat(count(result, Check.COVERAGE).breaches()).isEqualTo(missing);
    assertThat(result.breaches())
        .extracting(Breach::problem)
        .singleElement()
        .asString()
        .endsWith(missing + " in all, are never read");
    assertThat(result.remedies())
        .singleElement()
        .asString()
        .endsWith("check it with --steps " + table.train().sequences() / topology.stepSequences());
  }

  @Test
  void whatASamplerReadsAgainIsARepeat() {
    Topology topology = uneven();
    ReadingResult result = read(Trainer.HF_MAP, topology, 0);

    assertThat(count(result, Check.COVERAGE).breaches()).isZero();
    assertThat(count(result, Check.REPEATS).breaches())
        .isEqualTo(topology.ranks() - table.train().sequences() % topology.ranks());
    assertThat(result.breaches())
        .extracting(Breach::toString)
        .anyMatch(text -> text.startsWith("curriculum, sequence 0: ") && text.endsWith("2 times"));
    assertThat(count(read(Trainer.MOSAICML_STREAMING, topology, 0), Check.REPEATS).breaches())
        .isPositive();
  }

  @Test
  void ranksThatRunOutOfBatchesAreFound() {
    int shards = table.train().formats().get(0).layout().shards();
    // Files are dealt out where ranks divide them, and the last file is short.
    int ranks =
        IntStream.range(2, shards + 1).filter(each -> shards % each == 0).findFirst().orElseThrow();
    ReadingResult result = read(Trainer.HF_STREAMING, new Topology(1, ranks, 0, 1, 1), 0);

    assertThat(count(result, Check.RANKS).breaches()).isPositive();
    assertThat(result.breaches())
        .extracting(Breach::toString)
        .anyMatch(text -> text.endsWith("where others have 1, and would keep them waiting"));
  }

  @Test
  void everyStepIsWrittenWithItsMixture() {
    ReadingResult result = read(Trainer.OLMO_CORE, TWO_NODES, wholeSteps(TWO_NODES));
    List<JsonNode> steps =
        LocalSpark.session()
            .read()
            .textFile(resultFolder(result).resolve(ReadingResult.STEPS).toString())
            .collectAsList()
            .stream()
            .map(line -> Json.read(line, JsonNode.class))
            .sorted(Comparator.comparingLong(step -> step.path("step").asLong()))
            .toList();

    assertThat(steps).hasSize((int) result.steps());
    JsonNode second = steps.get(1);
    assertThat(second.path("ranks"))
        .hasToString(
            "[[{\"sequences\":[16,20],\"worker\":1},{\"sequences\":[24,28],\"worker\":1}],"
                + "[{\"sequences\":[17,21],\"worker\":1},{\"sequences\":[25,29],\"worker\":1}],"
                + "[{\"sequences\":[18,22],\"worker\":1},{\"sequences\":[26,30],\"worker\":1}],"
                + "[{\"sequences\":[19,23],\"worker\":1},{\"sequences\":[27,31],\"worker\":1}]]");
    long tokens = 0;
    for (JsonNode ofSource : second.path("tokensBySource")) {
      tokens += ofSource.asLong();
    }
    assertThat(tokens).isEqualTo(TWO_NODES.stepSequences() * SEQUENCE);
  }

  @Test
  void theResultIsWrittenAndPrinted() throws IOException {
    ReadingResult result = read(Trainer.MOSAICML_STREAMING, TWO_NODES, 0, "num_canonical_nodes=2");

    assertThat(resultFolder(result).resolve(ReadingResult.FILE))
        .content()
        .isEqualTo(Json.write(result));
    assertThat(result.lines().get(0))
        .isEqualTo(
            "mosaicml-streaming reads mds (sorted) as 2 x 2 ranks, 2 workers, micro-batch 2, 2"
                + " accumulated, with num_canonical_nodes=2, shuffle=False");
    assertThat(result.lines())
        .anyMatch(line -> line.matches("  inversions +[0-9,]+ +[0-9,]+"))
        .anyMatch(line -> line.startsWith("  step 1, rank 0: sequence "))
        .anyMatch(line -> line.startsWith("  Remedy: set num_canonical_nodes=1"));
  }

  @Test
  void aFlippedByteIsFoundBeforeAnythingIsSimulated() throws IOException {
    flip("mds/shard.00001.mds");

    ReadingResult result = read(Trainer.MOSAICML_STREAMING, TWO_NODES, 0);

    assertThat(result.breaches())
        .singleElement()
        .asString()
        .startsWith("mds/shard.00001.mds: its SHA-256 is ");
    assertThat(result.steps()).isZero();
    assertThat(result.remedies())
        .singleElement()
        .asString()
        .startsWith("the files are not those that were packed");
  }

  @Test
  void bytesThatWereJustVerifiedAreNotReadAgain() throws IOException {
    flip("mds/shard.00001.mds");

    ReadingResult result =
        new ReadingJob()
            .run(
                LocalSpark.context(),
                ReadingConfig.of(
                    Trainer.MOSAICML_STREAMING, TWO_NODES, List.of(), wholeSteps(TWO_NODES)),
                order,
                new Finished<>(directory(packed), table),
                ReadingJob.Bytes.JUST_VERIFIED,
                directory(folder.resolve("verify")));

    assertThat(result.breaches()).isEmpty();
    assertThat(result.bytes()).isZero();
  }

  @Test
  void aMissingFileAndAStrangeOneAreFound() throws IOException {
    Files.delete(packed.resolve("mds/shard.00002.mds"));
    Files.copy(
        packed.resolve("parquet/shard-00000.parquet"),
        packed.resolve("parquet/shard-00000b.parquet"));

    assertThat(read(Trainer.MOSAICML_STREAMING, TWO_NODES, 0).breaches())
        .extracting(Breach::toString)
        .containsExactly("mds/shard.00002.mds: is missing");
    assertThat(read(Trainer.HF_MAP, TWO_NODES, 0).breaches())
        .extracting(Breach::toString)
        .containsExactly(
            "parquet/shard-00000b.parquet: is there, and the loader would read it, but was not"
                + " packed");
  }

  @Test
  void settingsAndTopologiesThatMakeNoSenseAreRefusedTogether() {
    assertThatThrownBy(
            () ->
                ReadingConfig.of(
                    Trainer.MOSAICML_STREAMING,
                    new Topology(2, 0, -1, 1, 1),
                    List.of("num_canonical_node=2", "shuffle=no", "num_canonical_nodes=3"),
                    0))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "--ranks: 0 must be at least 1\n"
                + "--workers: -1 must be at least 0\n"
                + "--with: 'num_canonical_node=2' sets nothing that is simulated of"
                + " mosaicml-streaming; did you mean 'num_canonical_nodes'? It knows"
                + " num_canonical_nodes, shuffle, as in --with name=value\n"
                + "--with: shuffle=no must be one of True, False\n"
                + "--with: num_canonical_nodes=3 is neither a multiple nor a divisor of --nodes, 2,"
                + " which streaming refuses");
  }

  @Test
  void anUnknownTrainerIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> Trainer.named("hf-steaming"))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "--as: no trainer is called 'hf-steaming'; did you mean 'hf-streaming'? Those that are"
                + " simulated: mosaicml-streaming, megatron, olmo-core, nanotron, hf-map,"
                + " hf-streaming, litdata");
  }

  /** A topology whose steps the sequences do not fill, whatever their number. */
  private static Topology uneven() {
    for (int ranks = 3; ; ranks++) {
      if (table.train().sequences() % ranks >= 2) {
        return new Topology(1, ranks, 0, 1, 1);
      }
    }
  }

  private static long wholeSteps(Topology topology) {
    // datatrove's rows are a token longer, so there are fewer.
    return table.train().sequences() * SEQUENCE / (SEQUENCE + 1) / topology.stepSequences();
  }

  private ReadingResult read(Trainer trainer, Topology topology, long steps, String... settings) {
    return new ReadingJob()
        .run(
            LocalSpark.context(),
            ReadingConfig.of(trainer, topology, List.of(settings), steps),
            order,
            new Finished<>(directory(packed), table),
            ReadingJob.Bytes.UNREAD,
            directory(folder.resolve("verify")));
  }

  private Path resultFolder(ReadingResult result) {
    return folder
        .resolve("verify")
        .resolve(
            new ReadingConfig(
                    result.trainer(),
                    result.topology(),
                    result.settings().containsKey("num_canonical_nodes")
                        ? Map.of("num_canonical_nodes", "2")
                        : Map.of(),
                    result.trainer() == Trainer.OLMO_CORE ? result.steps() : 0)
                .folder());
  }

  private static VerifyResult.Count count(ReadingResult result, Check check) {
    return result.checks().stream()
        .filter(count -> count.check() == check)
        .findFirst()
        .orElseThrow();
  }

  private void flip(String file) throws IOException {
    byte[] bytes = Files.readAllBytes(packed.resolve(file));
    bytes[bytes.length - 20] ^= 1;
    Files.write(packed.resolve(file), bytes);
  }

  private static StageDirectory directory(Path path) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(path.toUri()), LocalSpark.context().hadoop());
  }
}
