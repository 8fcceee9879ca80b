package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackJobTest {
  private static final List<ShardFormat> TOKEN_FORMATS =
      Arrays.stream(ShardFormat.values()).filter(format -> format != ShardFormat.JSONL).toList();
  private static final PackConfig ALL = new PackConfig(TOKEN_FORMATS, 64, 1024);

  @TempDir Path folder;

  @Test
  void everyFormatHoldsTheDocumentsInOrderWithEndOfTextAfterEach() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(40, 50_257, 7);
    Packed packed = pack(corpus, ALL, 3, 2);

    int[] expected = corpus.paddedStream(64);
    assertThat(packed.result().shards()).isGreaterThanOrEqualTo(5);
    assertThat(ShardBytes.mds(packed.folder(), 2)).isEqualTo(expected);
    assertThat(ShardBytes.parquet(packed.folder())).isEqualTo(expected);
    int[] megatron = ShardBytes.megatron(packed.folder(), 2);
    assertThat(Arrays.copyOf(megatron, expected.length)).isEqualTo(expected);
    assertThat(megatron).hasSize(expected.length + 1).endsWith(corpus.endOfText());
  }

  @Test
  void tokensThatDoNotFitTwoBytesAreWrittenWithFour() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(12, 100_277, 8);
    Packed packed = pack(corpus, ALL, 2, 1);

    int[] expected = corpus.paddedStream(64);
    assertThat(ShardBytes.mds(packed.folder(), 4)).isEqualTo(expected);
    assertThat(ShardBytes.parquet(packed.folder())).isEqualTo(expected);
    assertThat(ShardBytes.megatron(packed.folder(), 4)).startsWith(expected);
  }

  @Test
  void megatronGetsFourBytesFromItsOwnLimitOn() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(12, 65_500, 9);
    Packed packed = pack(corpus, ALL, 2, 1);

    int[] expected = corpus.paddedStream(64);
    assertThat(ShardBytes.mds(packed.folder(), 2)).isEqualTo(expected);
    assertThat(ShardBytes.megatron(packed.folder(), 4)).startsWith(expected);
  }

  @Test
  void bytesDoNotDependOnBucketsOrFiles() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 10);
    Map<String, String> one = digests(pack(corpus, ALL, 1, 1).folder());

    assertThat(digests(pack(corpus, ALL, 4, 3).folder())).isEqualTo(one);
    assertThat(digests(pack(corpus, ALL, 16, 7).folder())).isEqualTo(one);
  }

  @Test
  void repeatedDocumentsAreWrittenEachTime() throws IOException {
    List<TinyCorpus.Document> documents =
        new ArrayList<>(TinyCorpus.random(10, 50_257, 11).documents());
    documents.add(documents.get(4));
    documents.add(documents.get(4));
    TinyCorpus corpus = new TinyCorpus(50_257, 50_256, documents);

    Packed packed = pack(corpus, ALL, 2, 1);

    assertThat(ShardBytes.mds(packed.folder(), 2)).isEqualTo(corpus.paddedStream(64));
    assertThat(packed.result().documents()).isEqualTo(12);
  }

  @Test
  void foldersForTrainersHoldNothingElse() throws IOException {
    Packed packed = pack(TinyCorpus.random(6, 50_257, 12), ALL, 1, 1);

    assertThat(digests(packed.folder()).keySet())
        .containsExactly(
            "datatrove/train.ds",
            "datatrove/train.ds.index",
            "datatrove/train.ds.metadata",
            "litdata/chunk-0-00000.bin",
            "litdata/chunk-0-00001.bin",
            "litdata/chunk-0-00002.bin",
            "litdata/chunk-0-00003.bin",
            "litdata/index.json",
            "mds-zstd/index.json",
            "mds-zstd/shard.00000.mds.zstd",
            "mds-zstd/shard.00001.mds.zstd",
            "mds-zstd/shard.00002.mds.zstd",
            "mds-zstd/shard.00003.mds.zstd",
            "mds/index.json",
            "mds/shard.00000.mds",
            "mds/shard.00001.mds",
            "mds/shard.00002.mds",
            "mds/shard.00003.mds",
            "megatron/document_index.npy",
            "megatron/sample_index.npy",
            "megatron/shuffle_index.npy",
            "megatron/train.bin",
            "megatron/train.idx",
            "olmo/part-00000.csv.gz",
            "olmo/part-00000.npy",
            "olmo/part-00001.csv.gz",
            "olmo/part-00001.npy",
            "olmo/part-00002.csv.gz",
            "olmo/part-00002.npy",
            "olmo/part-00003.csv.gz",
            "olmo/part-00003.npy",
            "parquet/shard-00000.parquet",
            "parquet/shard-00001.parquet",
            "parquet/shard-00002.parquet",
            "parquet/shard-00003.parquet",
            "result.json",
            "shards.jsonl");
  }

  @Test
  void theShardListTellsWhatIsInEachShard() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(40, 50_257, 13);
    Packed packed = pack(corpus, ALL, 3, 2);
    PackedShards table = packed.result().table();
    List<Shard> shards =
        packed.result().table().train().formats().get(0).shards(packed.directory());

    assertThat(shards).hasSize(packed.result().shards());
    assertThat(shards).extracting(Shard::index).isSorted();
    assertThat(shards.stream().mapToLong(Shard::tokens).sum()).isEqualTo(corpus.stream().length);
    assertThat(shards.stream().mapToLong(Shard::documents).sum()).isEqualTo(40);
    assertThat(shards.stream().mapToLong(Shard::sequences).sum())
        .isEqualTo(table.train().sequences());
    assertThat(shards.get(0).firstPosition()).isZero();
    assertThat(shards.get(shards.size() - 1).lastPosition()).isEqualTo(39);
    assertThat(shards.get(shards.size() - 1).paddingTokens())
        .isEqualTo(table.train().paddingTokens())
        .isEqualTo(corpus.paddedStream(64).length - corpus.stream().length);
    assertThat(
            shards.stream()
                .flatMap(shard -> shard.tokensBySource().values().stream())
                .mapToLong(Long::longValue)
                .sum())
        .isEqualTo(corpus.stream().length - 40);
    for (Shard shard : shards) {
      assertThat(shard.score().minimum()).isLessThanOrEqualTo(shard.score().mean());
      assertThat(shard.score().maximum()).isGreaterThanOrEqualTo(shard.score().mean());
      for (PackedFile file : shard.files()) {
        byte[] bytes = Files.readAllBytes(packed.folder().resolve(file.path()));
        byte[] stretch =
            Arrays.copyOfRange(bytes, (int) file.offset(), (int) (file.offset() + file.bytes()));
        assertThat(Fingerprint.sha256(stretch)).isEqualTo(file.sha256());
      }
    }
    assertThat(table.train().formats().get(0).shardListSha256())
        .isEqualTo(Fingerprint.sha256(Files.readAllBytes(packed.folder().resolve("shards.jsonl"))));
  }

  @Test
  void shardLengthIsRoundedUpToWholeSequences() throws IOException {
    Packed packed =
        pack(
            TinyCorpus.random(6, 50_257, 14),
            new PackConfig(List.of(ShardFormat.MDS), 100, 250),
            1,
            1);

    assertThat(packed.result().wishedShardTokens()).isEqualTo(250);
    assertThat(packed.result().table().train().stream().shardTokens()).isEqualTo(300);
  }

  @Test
  void aRunThatStoppedGoesOnWhereItWas() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 15);
    Map<String, String> undisturbed = digests(pack(corpus, ALL, 3, 2).folder());
    Finished<DocumentsTable> documents = corpus.writeDocuments(folder.resolve("documents"), 3);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 2);
    // Two documents that overlap by a token end the run when it has written other shards.
    List<Row> rows = new ArrayList<>(corpus.orderRows());
    rows.set(40, earlier(rows.get(40)));
    Finished<OrderTable> damaged = corpus.writeOrder(folder.resolve("damaged"), 2, rows);
    StageDirectory output = directory("stopped");
    Path packed = folder.resolve("stopped");

    assertThatThrownBy(() -> run(ALL, documents, damaged, output))
        .hasStackTraceContaining("The order's token offsets are not contiguous: shard ");
    Object first = Files.getAttribute(packed.resolve("mds/shard.00000.mds"), "unix:ino");
    Path part = packed.resolve(PackFolder.part("megatron/train.bin", 0));
    byte[] bytes = Files.readAllBytes(part);
    Files.write(part, new byte[bytes.length]);
    assertThatThrownBy(() -> run(ALL, documents, order, output))
        .hasStackTraceContaining(
            "The bytes of .work/parts/megatron-train.bin.00000 changed on disk");
    Object second = Files.getAttribute(packed.resolve("mds/shard.00009.mds"), "unix:ino");
    Files.write(part, bytes);
    run(ALL, documents, order, output);

    assertThat(digests(packed)).isEqualTo(undisturbed);
    assertThat(Files.getAttribute(packed.resolve("mds/shard.00000.mds"), "unix:ino"))
        .isEqualTo(first);
    assertThat(Files.getAttribute(packed.resolve("mds/shard.00009.mds"), "unix:ino"))
        .isEqualTo(second);
  }

  /** A row of the order whose tokens begin one too early. */
  private static Row earlier(Row row) {
    return RowFactory.create(
        row.get(0),
        row.get(1),
        row.get(2),
        row.get(3),
        row.get(4),
        row.getLong(5) - 1,
        row.get(6),
        row.get(7));
  }

  @Test
  void aRunThatStoppedAtItsVeryEndKeepsJoinedFiles() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(20, 50_257, 16);
    Finished<DocumentsTable> documents = corpus.writeDocuments(folder.resolve("documents"), 3);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 2);
    StageDirectory output = directory("packed");
    PackResult whole = run(ALL, documents, order, output);
    Path packed = folder.resolve("packed");
    Map<String, String> undisturbed = digests(packed);
    // The state in which the parts of joined files have been joined and removed.
    PackFolder state = new PackFolder(output.path(), LocalSpark.context().hadoop());
    state.prepare();
    for (Shard shard : whole.table().train().formats().get(0).shards(output)) {
      state.finishShard("shards.jsonl", shard);
    }
    for (PackedFormat format : whole.table().train().formats()) {
      if (format.format() == ShardFormat.MEGATRON || format.format() == ShardFormat.DATATROVE) {
        state.finishFormat(
            FormatWriter.of(
                format.format(),
                new FormatInputs(
                    "", format.layout(), 64, documents.table(), false, "shards.jsonl")),
            format.wholeFiles());
      }
    }
    Files.delete(packed.resolve("result.json"));
    Files.delete(packed.resolve("shards.jsonl"));
    Object before = Files.getAttribute(packed.resolve("megatron/train.bin"), "unix:ino");

    assertThat(run(ALL, documents, order, output)).isEqualTo(whole);
    assertThat(digests(packed)).isEqualTo(undisturbed);
    assertThat(Files.getAttribute(packed.resolve("megatron/train.bin"), "unix:ino"))
        .isEqualTo(before);
  }

  @Test
  void aShardThatWasRemovedMeanwhileIsWrittenAgain() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(60, 50_257, 16);
    PackConfig config = new PackConfig(List.of(ShardFormat.MDS), 64, 1024);
    Finished<DocumentsTable> documents = corpus.writeDocuments(folder.resolve("documents"), 3);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 2);
    StageDirectory output = directory("packed");
    PackResult whole = run(config, documents, order, output);
    Path packed = folder.resolve("packed");
    Map<String, String> undisturbed = digests(packed);
    // The state in which all shards are finished and the index is not.
    PackFolder state = new PackFolder(output.path(), LocalSpark.context().hadoop());
    state.prepare();
    for (Shard shard : whole.table().train().formats().get(0).shards(output)) {
      state.finishShard("shards.jsonl", shard);
    }
    Files.delete(packed.resolve("result.json"));
    Files.delete(packed.resolve("mds/index.json"));
    Files.delete(packed.resolve("mds/shard.00001.mds"));

    assertThat(run(config, documents, order, output)).isEqualTo(whole);
    assertThat(digests(packed)).isEqualTo(undisturbed);
  }

  @Test
  void aFinishedRunIsNotDoneAgain() throws IOException {
    TinyCorpus corpus = TinyCorpus.random(6, 50_257, 16);
    Packed packed = pack(corpus, ALL, 1, 1);

    assertThat(run(ALL, null, null, packed.directory())).isEqualTo(packed.result());
  }

  @Test
  void aDocumentThatIsNotInTheDocumentsIsADefectThatNamesIt() {
    TinyCorpus corpus = TinyCorpus.random(10, 50_257, 17);
    TinyCorpus fewer = new TinyCorpus(50_257, 50_256, corpus.documents().subList(0, 9));
    Finished<DocumentsTable> documents = fewer.writeDocuments(folder.resolve("documents"), 2);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 1);
    String id = HexFormat.of().formatHex(corpus.documents().get(9).docId());

    assertThatThrownBy(() -> run(ALL, documents, order, directory("packed")))
        .hasStackTraceContaining("Document " + id + " at position 9 of the order is not in the");
  }

  @Test
  void anOrderWithAHoleIsADefectThatNamesThePlace() {
    TinyCorpus corpus = TinyCorpus.random(10, 50_257, 18);
    List<Row> rows = new ArrayList<>(corpus.orderRows());
    rows.set(5, rows.get(4));
    Finished<DocumentsTable> documents = corpus.writeDocuments(folder.resolve("documents"), 2);
    Finished<OrderTable> order = corpus.writeOrder(folder.resolve("order"), 1, rows);

    assertThatThrownBy(() -> run(ALL, documents, order, directory("packed")))
        .hasStackTraceContaining("its manifest says 10 rows");
  }

  @Test
  void tooManyShardsAreTheUsersMistake() {
    assertThatThrownBy(
            () ->
                new PackJob()
                    .run(
                        LocalSpark.context(),
                        new PackConfig(List.of(ShardFormat.PARQUET), 2, 2),
                        null,
                        new Finished<>(null, new OrderTable(1, 400_000, "ascending", "overall")),
                        directory("packed")))
        .hasMessage(
            "pack.shard-tokens: 2 makes more than 100,000 shards of 400,001 tokens;"
                + " give at least 5.");
  }

  private record Packed(PackResult result, StageDirectory directory, Path folder) {}

  private Packed pack(TinyCorpus corpus, PackConfig config, int buckets, int files) {
    String name = "run-" + buckets + "-" + files;
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

  /** SHA-256 of every file below a folder, by its relative path. */
  private static Map<String, String> digests(Path folder) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        digests.put(
            folder.relativize(file).toString(), Fingerprint.sha256(Files.readAllBytes(file)));
      }
    }
    return digests;
  }

  /** Reads shards in the simplest way there is. */
  private static final class ShardBytes {
    static int[] mds(Path folder, int tokenBytes) throws IOException {
      List<Integer> tokens = new ArrayList<>();
      for (Path file : sorted(folder.resolve("mds"), ".mds")) {
        byte[] bytes = Files.readAllBytes(file);
        for (int at = TokenBytes.read(bytes, 4, 4); at < bytes.length; at += tokenBytes) {
          tokens.add(TokenBytes.read(bytes, at, tokenBytes));
        }
      }
      return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    static int[] megatron(Path folder, int tokenBytes) throws IOException {
      byte[] bytes = Files.readAllBytes(folder.resolve("megatron/train.bin"));
      int[] tokens = new int[bytes.length / tokenBytes];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = TokenBytes.read(bytes, i * tokenBytes, tokenBytes);
      }
      return tokens;
    }

    static int[] parquet(Path folder) throws IOException {
      List<Integer> tokens = new ArrayList<>();
      for (Path file : sorted(folder.resolve("parquet"), ".parquet")) {
        for (Row row : LocalSpark.session().read().parquet(file.toString()).collectAsList()) {
          tokens.addAll(row.<Integer>getList(row.fieldIndex("input_ids")));
        }
      }
      return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Path> sorted(Path folder, String suffix) throws IOException {
      try (Stream<Path> files = Files.list(folder)) {
        return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
      }
    }
  }
}
