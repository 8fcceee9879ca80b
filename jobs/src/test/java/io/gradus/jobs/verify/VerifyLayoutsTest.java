package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.gradus.jobs.pack.LayoutConfig;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shards that are laid out for readers, packed by best fit, or of the validation split. */
class VerifyLayoutsTest {
  private static final int SEQUENCE = 32;
  private static final int BEGIN = 50_255;
  private static final TinyCorpus CORPUS = TinyCorpus.random(80, 50_257, 29);
  private static final TinyCorpus HELD_OUT = TinyCorpus.random(12, 50_257, 31);
  private static final List<ShardFormat> SCATTERED =
      List.of(ShardFormat.MDS, ShardFormat.PARQUET, ShardFormat.LITDATA);
  private static final Map<ShardFormat, LayoutConfig> LAYOUTS =
      Map.of(
          ShardFormat.MDS, new LayoutConfig(2, 1, 1, 1),
          ShardFormat.PARQUET, new LayoutConfig(1, 4, 2, 2),
          ShardFormat.LITDATA, new LayoutConfig(1, 4, 2, 2));

  @TempDir Path folder;
  private Finished<DocumentsTable> documents;
  private Finished<SelectionTable> selection;
  private Finished<OrderTable> order;

  @BeforeEach
  void writeTables() {
    documents = CORPUS.writeDocuments(folder.resolve("documents"), 2);
    selection = CORPUS.writeSelection(folder.resolve("selection"));
    order = CORPUS.writeOrder(folder.resolve("order"), 2);
  }

  @Test
  void shardsThatAreLaidOutForReadersPass() {
    Finished<PackedShards> packed = pack(scattered());
    VerifyResult result = verify(packed);

    assertThat(packed.table().train().formats())
        .extracting(format -> format.layout().getClass().getSimpleName())
        .containsExactly("Strided", "StridedShards", "RankBlocks");
    assertThat(result.breaches()).isEmpty();
    assertThat(count(result, Check.TOKENS).checked()).isEqualTo(3 * 80);
    assertThat(count(result, Check.END_OF_TEXT).checked()).isEqualTo(3 * 80);
    assertThat(count(result, Check.QUALITY).checked()).isEqualTo(2 * 79);
  }

  @Test
  void aFlippedTokenOfAScatteredDocumentIsFound() throws IOException {
    Finished<PackedShards> packed = pack(scattered());
    flip("mds/shard.00001.mds");

    VerifyResult result = verify(packed);

    assertThat(count(result, Check.CHECKSUMS).breaches()).isEqualTo(1);
    assertThat(result.breaches())
        .filteredOn(breach -> breach.check() == Check.TOKENS)
        .singleElement()
        .asString()
        .matches(
            "mds/shard.*: the tokens are not those of document .*, which goes on to shard \\d+");
  }

  @Test
  void aHoleInTheOrderIsFoundWhereShardsDoNotFollowOneAnother() {
    Finished<PackedShards> packed = pack(scattered());
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.remove(7);
    order = CORPUS.writeOrder(folder.resolve("changed"), 1, rows);

    assertThat(verify(packed).breaches())
        .extracting(Breach::toString)
        .contains("order: rows: 79 instead of 80")
        .anyMatch(
            text -> text.matches("order, position 8: begins at token .* position 7 is next.*"));
  }

  @Test
  void trainingRunsReadTheLayoutsThatWereMadeForThemInOrder() {
    Finished<PackedShards> packed = pack(scattered());
    Topology topology = new Topology(2, 2, 2, 2, 1);

    for (Trainer trainer :
        List.of(Trainer.MOSAICML_STREAMING, Trainer.HF_STREAMING, Trainer.LITDATA)) {
      ReadingResult result = read(packed, trainer, topology);
      assertThat(result.breaches()).as(trainer.label()).isEmpty();
      assertThat(result.steps()).as(trainer.label()).isGreaterThanOrEqualTo(50);
    }
  }

  @Test
  void aLayoutForAnotherTopologyChangesTheOrder() {
    Finished<PackedShards> packed = pack(scattered());
    ReadingResult result = read(packed, Trainer.HF_STREAMING, new Topology(1, 4, 3, 2, 1));

    assertThat(
            result.checks().stream()
                .filter(count -> count.check() == Check.INVERSIONS)
                .mapToLong(VerifyResult.Count::breaches)
                .sum())
        .isPositive();
    assertThat(result.remedies())
        .first()
        .asString()
        .isEqualTo(
            "the shards are strided shards for 4 ranks, 2 workers, micro-batch 2, and this run"
                + " reads them in another order: pack with the layout strided-shards for 4 ranks, 3"
                + " workers and micro-batch 2");
    assertThat(read(packed, Trainer.HF_MAP, new Topology(1, 4, 0, 2, 1)).remedies())
        .first()
        .asString()
        .endsWith("but hf-map reads sorted ones in order: pack with the sorted layout");
  }

  @Test
  void bestFitWithBeginningTokensAndBoundariesPasses() {
    Finished<PackedShards> packed = pack(bestFit());
    VerifyResult result = verify(packed);

    assertThat(result.breaches()).isEmpty();
    assertThat(count(result, Check.TOKENS).checked()).isEqualTo(3 * 80);
    // A beginning token and an end-of-text for each document.
    assertThat(count(result, Check.END_OF_TEXT).checked()).isEqualTo(3 * 2 * 80);
    assertThat(count(result, Check.PADDING).checked())
        .isEqualTo(3 * packed.table().train().paddingTokens())
        .isPositive();
  }

  @Test
  void aDocumentWithoutAPlaceIsFound() {
    Finished<PackedShards> packed = pack(bestFit());
    String placement = packed.directory().file(packed.table().train().placement()).toString();
    List<Row> rows = LocalSpark.session().read().parquet(placement).collectAsList();
    Dataset<Row> changed =
        LocalSpark.session()
            .createDataFrame(
                rows.stream().filter(row -> row.<Long>getAs(OrderTable.POSITION) != 5).toList(),
                rows.get(0).schema());
    changed.write().mode(SaveMode.Overwrite).parquet(placement);

    assertThat(verify(packed).breaches())
        .extracting(Breach::toString)
        .anyMatch(
            text ->
                text.matches(
                    "placement, position 5: null of \\d+ tokens of the document have a place"));
  }

  @Test
  void aDocumentInAnotherWindowIsFound() {
    Finished<PackedShards> packed = pack(bestFit());
    PackedShards table = packed.table();
    PackedShards narrower =
        new PackedShards(
            table.packing(),
            SEQUENCE,
            table.endOfText(),
            table.beginOfText(),
            table.boundaries(),
            table.globalBatch(),
            table.splits());

    assertThat(verify(new Finished<>(packed.directory(), narrower)).breaches())
        .extracting(Breach::toString)
        .anyMatch(
            text -> text.matches("placement, window \\d+: begins at token .*, before the end.*"));
  }

  @Test
  void aParquetFileWithoutTheLengthsThatWerePromisedIsFound() {
    Finished<PackedShards> packed = pack(scattered());
    PackedShards table = packed.table();
    PackedShards promising =
        new PackedShards(
            table.packing(),
            table.windowTokens(),
            table.endOfText(),
            table.beginOfText(),
            true,
            table.globalBatch(),
            table.splits());

    assertThat(verify(new Finished<>(packed.directory(), promising)).breaches())
        .extracting(Breach::toString)
        .contains("parquet/shard-00000.parquet: cannot be read: it has no column seq_lengths");
  }

  @Test
  void lengthsThatAreNotThoseOfTheDocumentsAreFound() throws IOException {
    Finished<PackedShards> packed = pack(bestFit());
    Path file = folder.resolve("pack/parquet/shard-00000.parquet");
    Configuration hadoop = LocalSpark.context().hadoop();
    Findings findings = new Findings(Findings.MOST);
    try (SequenceLengths lengths =
        SequenceLengths.open(
            packed.table().train().formats().stream()
                .filter(format -> format.format() == ShardFormat.PARQUET)
                .findFirst()
                .orElseThrow()
                .shards(packed.directory())
                .get(0)
                .file(ShardFormat.PARQUET),
            new org.apache.hadoop.fs.Path(file.toUri()),
            SEQUENCE,
            hadoop)) {
      lengths.closeAt(3);
      lengths.to(SEQUENCE);
      lengths.finish(findings);
    }

    assertThat(findings.summary().breaches())
        .extracting(Breach::toString)
        .singleElement()
        .asString()
        .matches(
            "parquet/shard-00000.parquet: sequence 0: seq_lengths is \\[.*] instead of \\[3, 29]");
  }

  @Test
  void theValidationSplitIsVerifiedAgainstItsSelection() throws IOException {
    // Documents of both, and a selection that holds some of them out.
    List<TinyCorpus.Document> all = new ArrayList<>(CORPUS.documents());
    all.addAll(HELD_OUT.documents());
    documents =
        new TinyCorpus(50_257, 50_256, all).writeDocuments(folder.resolve("all-documents"), 2);
    LocalSpark.session()
        .read()
        .parquet(HELD_OUT.writeSelection(folder.resolve("held-out")).directory().table().toString())
        .select(
            DocumentsTable.DOC_ID,
            DocumentsTable.SOURCE,
            DocumentsTable.N_TOKENS,
            SelectionTable.SCORE)
        .write()
        .parquet(folder.resolve("selection").resolve(SelectionTable.VALIDATION).toString());
    Finished<PackedShards> packed =
        new Finished<>(
            directory("pack"),
            new PackJob()
                .run(LocalSpark.context(), sorted(), documents, order, selection, directory("pack"))
                .table());

    assertThat(packed.table().validation()).isPresent();
    VerifyResult result = verify(packed);
    assertThat(result.breaches()).isEmpty();
    assertThat(count(result, Check.TOKENS).checked()).isEqualTo(2L * (80 + 12));
    assertThat(count(result, Check.SELECTION).checked()).isEqualTo(80 + 12);

    flip("validation/mds/shard.00000.mds");
    assertThat(verify(packed).breaches())
        .extracting(Breach::file)
        .contains("validation/mds/shard.00000.mds");
  }

  private static PackConfig scattered() {
    return new PackConfig(
        SCATTERED, LAYOUTS, SEQUENCE, 512, Packing.CONCATENATE, 0, PackedShards.NO_TOKEN, false, 8);
  }

  private static PackConfig sorted() {
    return new PackConfig(
        List.of(ShardFormat.MDS, ShardFormat.MEGATRON),
        Map.of(),
        SEQUENCE,
        512,
        Packing.CONCATENATE,
        0,
        PackedShards.NO_TOKEN,
        false,
        8);
  }

  private static PackConfig bestFit() {
    return new PackConfig(
        List.of(ShardFormat.MDS, ShardFormat.OLMO, ShardFormat.PARQUET),
        Map.of(),
        SEQUENCE,
        512,
        Packing.BEST_FIT,
        1024,
        BEGIN,
        true,
        8);
  }

  private Finished<PackedShards> pack(PackConfig config) {
    PackedShards table =
        new PackJob()
            .run(LocalSpark.context(), config, documents, order, directory("pack"))
            .table();
    return new Finished<>(directory("pack"), table);
  }

  private VerifyResult verify(Finished<PackedShards> packed) {
    return new VerifyJob()
        .run(LocalSpark.context(), documents, selection, order, packed, directory("verify"));
  }

  private ReadingResult read(Finished<PackedShards> packed, Trainer trainer, Topology topology) {
    long steps = packed.table().train().sequences() / topology.stepSequences();
    return new ReadingJob()
        .run(
            LocalSpark.context(),
            ReadingConfig.of(trainer, topology, List.of(), steps),
            order,
            packed,
            ReadingJob.Bytes.UNREAD,
            directory("verify"));
  }

  private static VerifyResult.Count count(VerifyResult result, Check check) {
    return result.checks().stream()
        .filter(count -> count.check() == check)
        .findFirst()
        .orElseThrow();
  }

  private void flip(String file) throws IOException {
    Path path = folder.resolve("pack").resolve(file);
    byte[] bytes = Files.readAllBytes(path);
    bytes[bytes.length - 1] ^= 1;
    Files.write(path, bytes);
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }
}
