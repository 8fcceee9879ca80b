package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Packing;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.table.TokenBytes;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layouts, packing modes, tokens and splits beyond the plain curriculum. */
class PackLayoutsTest {
  private static final int SEQUENCE = 64;
  private static final Map<ShardFormat, LayoutConfig> TOPOLOGY =
      Map.of(
          ShardFormat.MDS, new LayoutConfig(3, 1, 1, 1),
          ShardFormat.PARQUET, new LayoutConfig(1, 2, 2, 3));
  private static final List<ShardFormat> FORMATS =
      List.of(ShardFormat.MDS, ShardFormat.MEGATRON, ShardFormat.PARQUET);

  @TempDir Path folder;

  @Test
  void eachFormatHasItsOwnLayoutOfTheSameSequences() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 21);
    Packed packed = pack("packed", corpus, config(TOPOLOGY, Packing.CONCATENATE), 3, 2);
    PackedSplit split = packed.table().train();

    assertThat(split.formats())
        .extracting(format -> format.layout().getClass().getSimpleName())
        .containsExactly("Strided", "Sorted", "StridedShards");
    int[] expected = corpus.paddedStream(SEQUENCE);
    for (PackedFormat format : split.formats()) {
      if (format.format() != ShardFormat.MEGATRON) {
        int[] found = packed.inOrder(split, format);
        assertThat(Arrays.copyOf(found, expected.length)).isEqualTo(expected);
        assertThat(found.length - expected.length)
            .isEqualTo((int) format.paddingSequences() * SEQUENCE);
        assertThat(Arrays.stream(found).skip(expected.length)).allMatch(id -> id == 50_256);
      }
    }
    assertThat(split.formats().get(2).paddingSequences()).isPositive();
  }

  @Test
  void everyShardListAddsUpToTheWholeAndNamesItsSteps() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 22);
    Packed packed = pack("packed", corpus, config(TOPOLOGY, Packing.CONCATENATE), 3, 2);
    PackedSplit split = packed.table().train();

    assertThat(split.documentTokens()).isEqualTo(corpus.stream().length);
    for (PackedFormat format : split.formats()) {
      List<Shard> shards = format.shards(packed.directory());
      SequenceLayout layout = format.layout();
      assertThat(shards).hasSize(layout.shards());
      assertThat(shards.stream().mapToLong(Shard::tokens).sum()).isEqualTo(split.documentTokens());
      assertThat(shards.stream().mapToLong(Shard::documents).sum()).isEqualTo(60);
      assertThat(shards.stream().mapToLong(Shard::paddingTokens).sum())
          .isEqualTo(split.paddingTokens() + format.paddingSequences() * SEQUENCE);
      for (Shard shard : shards) {
        assertThat(shard.sequences()).isEqualTo(layout.rows(shard.index()));
        assertThat(shard.firstStep()).isEqualTo(layout.sequence(shard.index(), 0) / 12);
        assertThat(shard.lastStep())
            .isEqualTo(layout.sequence(shard.index(), shard.sequences() - 1) / 12);
      }
    }
  }

  @Test
  void ofFewSequencesSomeShardsHoldPaddingOnly() throws IOException {
    TinyCorpus corpus =
        new TinyCorpus(
            50_257, 50_256, List.of(new TinyCorpus.Document("one", new int[] {1, 2, 3}, 0.5)));
    PackConfig config = config(TOPOLOGY, Packing.CONCATENATE);
    Packed packed = pack("packed", corpus, config, 1, 1);
    PackedSplit split = packed.table().train();
    PackedFormat parquet = split.formats().get(2);

    assertThat(parquet.layout().shards()).isEqualTo(2);
    assertThat(parquet.paddingSequences()).isEqualTo(5);
    int[] found = packed.inOrder(split, parquet);
    assertThat(found).hasSize(6 * SEQUENCE).startsWith(1, 2, 3, 50_256);
    assertThat(Arrays.stream(found).skip(3)).containsOnly(50_256);
    assertThat(parquet.shards(packed.directory()).get(1).score()).isNull();
  }

  @Test
  void bestFitPutsEveryDocumentWholeIntoASequenceOfItsWindow() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(120, 50_257, 23);
    PackConfig config = config(TOPOLOGY, Packing.BEST_FIT);
    Packed packed = pack("packed", corpus, config, 3, 2);
    PackedSplit split = packed.table().train();
    List<Row> parts = packed.placement(split);

    int[] stream = packed.inOrder(split, split.formats().get(0));
    assertThat(packed.inOrder(split, split.formats().get(2)))
        .startsWith(Arrays.copyOf(stream, (int) split.stream().tokens()));
    int[] documents = corpus.stream();
    long filled = 0;
    long earliest = 0;
    for (Row part : parts) {
      long start = part.getAs(PlacementTable.STREAM_START);
      long tokens = part.getAs(PlacementTable.PART_TOKENS);
      long first = part.getAs(PlacementTable.FIRST_TOKEN);
      int length = part.<Integer>getAs(DocumentsTable.N_TOKENS) + 1;
      long offset =
          part.<Long>getAs(OrderTable.TOKEN_OFFSET) + part.<Long>getAs(OrderTable.POSITION);
      assertThat(tokens).isEqualTo(Math.min(SEQUENCE, length - first));
      assertThat(start / SEQUENCE).isEqualTo((start + tokens - 1) / SEQUENCE);
      assertThat(Arrays.copyOfRange(stream, (int) start, (int) (start + tokens)))
          .isEqualTo(
              Arrays.copyOfRange(
                  documents, (int) (offset + first), (int) (offset + first + tokens)));
      assertThat(start).isGreaterThanOrEqualTo(filled);
      assertThat(IntStream.range((int) filled, (int) start).map(at -> stream[at]))
          .allMatch(id -> id == corpus.endOfText());
      assertThat(offset / 2000).isGreaterThanOrEqualTo(earliest);
      earliest = offset / 2000;
      filled = start + tokens;
    }
    assertThat(parts.stream().mapToLong(part -> part.getAs(PlacementTable.PART_TOKENS)).sum())
        .isEqualTo(documents.length)
        .isEqualTo(split.documentTokens());
    assertThat(split.paddingTokens())
        .isEqualTo(split.sequences() * SEQUENCE - documents.length)
        .isPositive();
  }

  @Test
  void parquetSaysHowLongTheDocumentsOfASequenceAre() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 28);
    for (Packing packing : Packing.values()) {
      Packed packed = pack(packing.label(), corpus, config(Map.of(), packing), 3, 2);
      PackedSplit split = packed.table().train();
      // Each stretch of one document as [start, end), from the placement or the order.
      List<Integer> expected = new ArrayList<>();
      if (packing == Packing.BEST_FIT) {
        for (Row part : packed.placement(split)) {
          expected.add(
              (int)
                  (part.<Long>getAs(PlacementTable.STREAM_START)
                      + part.<Long>getAs(PlacementTable.PART_TOKENS)));
        }
      } else {
        int end = 0;
        for (TinyCorpus.Document document : corpus.documents()) {
          end += document.length() + 1;
          expected.add(end);
        }
      }
      IntStream.rangeClosed(1, (int) split.sequences())
          .map(sequence -> sequence * SEQUENCE)
          .filter(end -> !expected.contains(end))
          .forEach(expected::add);
      expected.sort(null);

      List<Integer> found = new ArrayList<>();
      int end = 0;
      for (int shard = 0; shard < split.formats().get(2).layout().shards(); shard++) {
        String file = "parquet/" + ParquetSequenceWriter.fileName(shard);
        for (Row row :
            LocalSpark.session()
                .read()
                .parquet(packed.path().resolve(file).toString())
                .collectAsList()) {
          List<Integer> lengths = row.getList(row.fieldIndex("seq_lengths"));
          assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isEqualTo(SEQUENCE);
          for (int length : lengths) {
            end += length;
            found.add(end);
          }
        }
      }
      assertThat(found).isEqualTo(expected);
    }
  }

  @Test
  void aBeginningTokenStandsBeforeEachDocument() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(20, 50_257, 24);
    PackConfig config =
        new PackConfig(FORMATS, Map.of(), SEQUENCE, 1024, Packing.CONCATENATE, 0, 50_255, false, 1);
    Packed packed = pack("packed", corpus, config, 2, 1);
    PackedSplit split = packed.table().train();

    List<Integer> expected = new ArrayList<>();
    int[] stream = corpus.stream();
    int at = 0;
    for (TinyCorpus.Document document : corpus.documents()) {
      expected.add(50_255);
      for (int token = 0; token <= document.length(); token++) {
        expected.add(stream[at++]);
      }
    }
    assertThat(packed.inOrder(split, split.formats().get(0)))
        .startsWith(expected.stream().mapToInt(Integer::intValue).toArray());
    assertThat(split.documentTokens()).isEqualTo(expected.size());
    assertThat(packed.table().tokensBesideText()).isEqualTo(2);
    assertThat(
            split.formats().get(0).shards(packed.directory()).stream()
                .flatMap(shard -> shard.tokensBySource().values().stream())
                .mapToLong(Long::longValue)
                .sum())
        .isEqualTo(expected.size() - 40);
  }

  @Test
  void aBeginningTokenMustBeOfTheVocabulary() {
    TinyCorpus corpus = TinyCorpus.random(5, 50_257, 24);
    PackConfig config =
        new PackConfig(FORMATS, Map.of(), SEQUENCE, 1024, Packing.CONCATENATE, 0, 50_257, false, 1);

    assertThatThrownBy(() -> pack("packed", corpus, config, 2, 1))
        .hasMessage(
            "pack.begin-of-text: 50257 is no token of 'test', whose ids end at 50256; give the id"
                + " of its beginning token.");
  }

  @Test
  void aLayoutOfTooManyShardsIsTheUsersMistake() {
    Map<ShardFormat, LayoutConfig> layouts =
        Map.of(ShardFormat.MDS, new LayoutConfig(60_000, 1, 1, 1));
    PackConfig config =
        new PackConfig(
            List.of(ShardFormat.MDS), layouts, 2, 4, Packing.CONCATENATE, 0, -1, false, 1);

    TinyCorpus large =
        new TinyCorpus(
            50_257, 50_256, List.of(new TinyCorpus.Document("one", new int[299_999], 0.5)));
    assertThatThrownBy(() -> pack("packed", large, config, 1, 1))
        .hasMessage(
            "pack.layouts: mds makes 120,000 shards, and file names count 100,000; give larger"
                + " pack.shard-tokens or fewer ranks and workers.");
  }

  @Test
  void theValidationSplitIsPackedInTheOrderOfItsHashes() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(40, 50_257, 25);
    List<TinyCorpus.Document> heldOut = corpus.documents().subList(10, 20);
    List<TinyCorpus.Document> rest = new ArrayList<>(corpus.documents());
    rest.removeAll(heldOut);
    TinyCorpus train = new TinyCorpus(50_257, 50_256, rest);
    List<TinyCorpus.Document> byHash = new ArrayList<>(heldOut);
    byHash.sort(Comparator.comparing(document -> HexFormat.of().formatHex(document.docId())));
    TinyCorpus validation = new TinyCorpus(50_257, 50_256, byHash);
    Finished<SelectionTable> selection = train.writeSelection(folder.resolve("selection"));
    Finished<OrderTable> heldOutRows =
        new TinyCorpus(50_257, 50_256, heldOut).writeOrder(folder.resolve("held-out"), 2);
    LocalSpark.session()
        .read()
        .parquet(heldOutRows.directory().table().toString())
        .select("doc_id", "source", "n_tokens", "score")
        .write()
        .parquet(selection.directory().file(SelectionTable.VALIDATION).toString());

    for (Packing packing : Packing.values()) {
      StageDirectory output = directory("packed-" + packing.label());
      PackResult result =
          new PackJob()
              .run(
                  LocalSpark.context(),
                  config(TOPOLOGY, packing),
                  corpus.writeDocuments(folder.resolve("documents-" + packing.label()), 3),
                  train.writeOrder(folder.resolve("order-" + packing.label()), 2),
                  selection,
                  output);
      Packed packed = new Packed(result, output, folder.resolve("packed-" + packing.label()));

      PackedSplit split = result.table().validation().orElseThrow();
      assertThat(split.documents()).isEqualTo(10);
      assertThat(split.documentTokens()).isEqualTo(validation.stream().length);
      assertThat(result.table().train().documents()).isEqualTo(30);
      assertThat(packed.path().resolve("validation/megatron/train.idx")).exists();
      if (packing == Packing.CONCATENATE) {
        assertThat(packed.inOrder(split, split.formats().get(0))).startsWith(validation.stream());
        assertThat(packed.inOrder(split, split.formats().get(2))).startsWith(validation.stream());
      }
      List<Row> parts = packed.placement(split);
      assertThat(parts.stream().map(row -> row.<Long>getAs(OrderTable.POSITION)).distinct())
          .hasSize(10);
      assertThat(split.formats().get(0).shards(output))
          .allSatisfy(shard -> assertThat(shard.quantile()).isNull());
    }
  }

  @Test
  void bytesDoNotDependOnBucketsOrFiles() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(100, 50_257, 26);
    PackConfig config = config(TOPOLOGY, Packing.BEST_FIT);
    Packed one = pack("one", corpus, config, 1, 1);
    Packed many = pack("many", corpus, config, 7, 5);

    assertThat(many.digests()).isEqualTo(one.digests()).hasSizeGreaterThan(10);
    assertThat(many.placement(many.table().train())).isEqualTo(one.placement(one.table().train()));
    assertThat(many.result()).isEqualTo(one.result());
  }

  @Test
  void aRunThatStoppedGoesOnWhereItWas() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 27);
    PackConfig config = config(TOPOLOGY, Packing.BEST_FIT);
    Packed undisturbed = pack("undisturbed", corpus, config, 3, 2);
    TinyCorpus fewer = new TinyCorpus(50_257, 50_256, corpus.documents().subList(0, 59));
    Finished<DocumentsTable> documents = corpus.writeDocuments(folder.resolve("documents"), 3);
    Finished<DocumentsTable> damaged = fewer.writeDocuments(folder.resolve("damaged"), 3);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 2);
    StageDirectory output = directory("stopped");

    // A bucket that lacks a document ends the run once the placement is there.
    assertThatThrownBy(() -> run(config, damaged, order, output))
        .hasStackTraceContaining("of the order is not in the documents");
    Path placement = folder.resolve("stopped/placement");
    Map<String, String> placed = digests(placement);
    PackResult result = run(config, documents, order, output);
    Map<String, String> first = inodes(folder.resolve("stopped"));
    // The state in which all but two shards are finished.
    PackFolder state = new PackFolder(output.path(), LocalSpark.context().hadoop());
    state.prepare();
    for (PackedFormat format : result.table().train().formats()) {
      for (Shard shard : format.shards(output)) {
        Files.createDirectories(folder.resolve("stopped/.work/done").resolve(format.shardList()));
        state.finishShard(format.shardList(), shard);
      }
    }
    PackedFormat megatron = result.table().train().formats().get(1);
    state.finishFormat(
        FormatWriter.of(
            ShardFormat.MEGATRON,
            new FormatInputs(
                "", megatron.layout(), SEQUENCE, documents.table(), true, "shards.jsonl")),
        megatron.wholeFiles());
    state.finishPlacement(
        "placement",
        new PlacedStream(
            result.documents(), result.tokens(), result.table().train().stream().tokens()));
    Files.delete(folder.resolve("stopped/result.json"));
    Files.delete(folder.resolve("stopped/mds/shard.00001.mds"));
    Files.delete(folder.resolve("stopped/parquet/shard-00003.parquet"));

    assertThat(run(config, documents, order, output)).isEqualTo(undisturbed.result());
    Packed again = new Packed(result, output, folder.resolve("stopped"));
    assertThat(again.digests()).isEqualTo(undisturbed.digests());
    assertThat(digests(placement)).isEqualTo(placed);
    Map<String, String> second = inodes(folder.resolve("stopped"));
    assertThat(second.keySet()).isEqualTo(first.keySet());
    assertThat(
            second.keySet().stream()
                .filter(file -> file.contains("shard"))
                .filter(file -> !file.endsWith(".jsonl"))
                .filter(file -> !second.get(file).equals(first.get(file))))
        .containsExactly("mds/shard.00001.mds", "parquet/shard-00003.parquet");
  }

  private static PackConfig config(Map<ShardFormat, LayoutConfig> layouts, Packing packing) {
    return new PackConfig(
        FORMATS,
        layouts,
        SEQUENCE,
        512,
        packing,
        packing == Packing.BEST_FIT ? 2000 : 0,
        PackedShards.NO_TOKEN,
        true,
        12);
  }

  /** A finished run. */
  private record Packed(PackResult result, StageDirectory directory, Path path) {
    PackedShards table() {
      return result.table();
    }

    /** All sequences of a format, padding too, in the order of the curriculum. */
    int[] inOrder(PackedSplit split, PackedFormat format) throws IOException {
      SequenceLayout layout = format.layout();
      int[] stream = new int[(int) layout.total() * SEQUENCE];
      for (int shard = 0; shard < layout.shards(); shard++) {
        int[] tokens =
            format.format() == ShardFormat.MDS
                ? mds(path.resolve(split.folder() + "mds/" + MdsLayout.fileName(shard)))
                : parquet(
                    path.resolve(
                        split.folder() + "parquet/" + ParquetSequenceWriter.fileName(shard)));
        assertThat(tokens).hasSize((int) layout.rows(shard) * SEQUENCE);
        for (int row = 0; row < layout.rows(shard); row++) {
          System.arraycopy(
              tokens,
              row * SEQUENCE,
              stream,
              (int) layout.sequence(shard, row) * SEQUENCE,
              SEQUENCE);
        }
      }
      return stream;
    }

    private static int[] mds(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      int first = TokenBytes.read(bytes, 4, 4);
      return IntStream.range(0, (bytes.length - first) / 2)
          .map(token -> TokenBytes.read(bytes, first + 2 * token, 2))
          .toArray();
    }

    private static int[] parquet(Path file) {
      return LocalSpark.session().read().parquet(file.toString()).collectAsList().stream()
          .flatMap(row -> row.<Integer>getList(row.fieldIndex("input_ids")).stream())
          .mapToInt(Integer::intValue)
          .toArray();
    }

    /** The placement's rows in the order of its files. */
    List<Row> placement(PackedSplit split) throws IOException {
      List<Row> rows = new ArrayList<>();
      try (Stream<Path> files = Files.list(path.resolve(split.placement()))) {
        for (Path file :
            files.filter(name -> name.toString().endsWith(".parquet")).sorted().toList()) {
          rows.addAll(
              LocalSpark.session()
                  .read()
                  .parquet(file.toString())
                  .withColumn("doc_id", hex(col("doc_id")))
                  .collectAsList());
        }
      }
      return rows;
    }

    /** Of what trainers read and of the lists. */
    Map<String, String> digests() throws IOException {
      Map<String, String> digests = PackLayoutsTest.digests(path);
      digests.keySet().removeIf(file -> file.contains("placement/"));
      return digests;
    }
  }

  private Packed pack(String name, TinyCorpus corpus, PackConfig config, int buckets, int files) {
    Path tables = folder.resolve(name + "-tables");
    StageDirectory output = directory(name);
    PackResult result =
        run(
            config,
            corpus.writeDocuments(tables.resolve("documents"), buckets),
            corpus.writeOrder(tables.resolve("order"), files),
            output);
    return new Packed(result, output, folder.resolve(name));
  }

  private static PackResult run(
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      StageDirectory output) {
    return new PackJob().run(LocalSpark.context(), config, documents, order, output);
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }

  private static Map<String, String> digests(Path folder) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Path file : files(folder)) {
      digests.put(folder.relativize(file).toString(), Fingerprint.sha256(Files.readAllBytes(file)));
    }
    return digests;
  }

  /** With the time of the last change: what is written anew may get the inode of what was there. */
  private static Map<String, String> inodes(Path folder) throws IOException {
    Map<String, String> inodes = new TreeMap<>();
    for (Path file : files(folder)) {
      inodes.put(
          folder.relativize(file).toString(),
          Files.getAttribute(file, "unix:ino") + " " + Files.getLastModifiedTime(file));
    }
    return inodes;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
