package io.gradus.jobs.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStream;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.pack.PackConfig;
import io.gradus.jobs.pack.PackJob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyJobTest {
  private static final int SEQUENCE = 64;
  private static final int SHARD = 1024;

  /** Those that hold tokens, all but one. */
  private static final int FORMATS = ShardFormat.values().length - 1;

  private static final TinyCorpus CORPUS = TinyCorpus.random(40, 50_257, 21).withTexts();

  @TempDir static Path shared;
  private static Finished<DocumentsTable> documents;
  private static Finished<SelectionTable> selection;
  private static Finished<OrderTable> order;
  private static PackedShards table;

  @TempDir Path folder;
  private Path packed;

  @BeforeAll
  static void pack() {
    documents = CORPUS.writeDocuments(shared.resolve("documents"), 2);
    selection = CORPUS.writeSelection(shared.resolve("selection"));
    order = CORPUS.writeOrder(shared.resolve("order"), 2);
    table =
        new PackJob()
            .run(
                LocalSpark.context(),
                new PackConfig(List.of(ShardFormat.values()), SEQUENCE, SHARD),
                documents,
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

  @Test
  void whatPackWritesPasses() {
    VerifyResult result = verify(table, order);

    assertThat(result.breaches()).isEmpty();
    assertThat(result.passed()).isTrue();
    assertThat(result.documents()).isEqualTo(40);
    assertThat(result.tokens()).isEqualTo(CORPUS.stream().length);
    assertThat(result.checks()).allMatch(count -> count.checked() > 0 && count.breaches() == 0);
    // Tokens, and texts.
    assertThat(checked(result, Check.TOKENS)).isEqualTo(FORMATS * 40L + 40);
    assertThat(checked(result, Check.END_OF_TEXT)).isEqualTo(FORMATS * 40L);
    assertThat(checked(result, Check.PADDING)).isEqualTo(FORMATS * table.train().paddingTokens());
    // Quantiles and scores.
    assertThat(checked(result, Check.QUALITY)).isEqualTo(2 * 39);
    assertThat(checked(result, Check.SELECTION)).isEqualTo(40);
    assertThat(result.digestedInParts())
        .containsExactly("megatron/train.bin", "datatrove/train.ds", "datatrove/train.ds.index");
    assertThat(folder.resolve("verify/verification.json")).content().isEqualTo(Json.write(result));
  }

  @Test
  void aFlippedByteIsFoundByItsChecksum() throws IOException {
    for (String file :
        List.of("mds/shard.00001.mds", "megatron/train.bin", "parquet/shard-00001.parquet")) {
      flip(file, 2 * SHARD - 500);
    }

    assertThat(problems(verify(table, order), Check.CHECKSUMS))
        .anyMatch(text -> text.startsWith("mds/shard.00001.mds: its SHA-256 is "))
        .anyMatch(text -> text.startsWith("megatron/train.bin, shard 0: its SHA-256 is "))
        .anyMatch(text -> text.startsWith("parquet/shard-00001.parquet: its SHA-256 is "))
        .hasSize(3);
  }

  @Test
  void aFlippedByteIsFoundByTheTokensWhenTheChecksumIsForged() throws IOException {
    flip("mds/shard.00001.mds", length("mds/shard.00001.mds") - 2);
    flip("megatron/train.bin", 2 * SHARD * 3 - 2);

    VerifyResult result = verify(forged(), order);

    assertThat(problems(result, Check.CHECKSUMS)).isEmpty();
    assertThat(problems(result, Check.TOKENS))
        .containsExactlyInAnyOrder(
            wrongTokens("mds/shard.00001.mds", 2 * SHARD - 1, SHARD),
            wrongTokens("megatron/train.bin", 3 * SHARD - 1, 0));
  }

  @Test
  void aMissingShardIsNamed() throws IOException {
    Files.delete(packed.resolve("mds/shard.00003.mds"));
    Files.delete(packed.resolve("parquet/shard-00000.parquet"));

    assertThat(problems(verify(table, order)))
        .containsExactlyInAnyOrder(
            "mds/shard.00003.mds: is missing", "parquet/shard-00000.parquet: is missing");
  }

  @Test
  void aMissingFileThatAllShardsShareIsNamedOnce() throws IOException {
    Files.delete(packed.resolve("megatron/train.bin"));
    Files.delete(packed.resolve("megatron/train.idx"));
    Files.delete(packed.resolve("mds/index.json"));

    assertThat(problems(verify(table, order)))
        .containsExactly(
            "mds/index.json: is missing",
            "megatron/train.bin: is missing",
            "megatron/train.idx: is missing");
  }

  @Test
  void swappedShardsAreFound() throws IOException {
    swap("mds/shard.00001.mds", "mds/shard.00002.mds");

    VerifyResult result = verify(table, order);

    assertThat(problems(result, Check.CHECKSUMS))
        .allMatch(text -> text.contains(", which is that of mds/shard.0000"))
        .hasSize(2);
    assertThat(problems(result, Check.TOKENS)).isNotEmpty();
  }

  @Test
  void swappedShardsAreFoundByTheirTokensWhenChecksumsAreForged() throws IOException {
    swap("parquet/shard-00001.parquet", "parquet/shard-00002.parquet");

    VerifyResult result = verify(forged(), order);

    assertThat(problems(result, Check.CHECKSUMS)).isEmpty();
    assertThat(problems(result, Check.TOKENS))
        .anyMatch(text -> text.startsWith("parquet/shard-00001.parquet, sequence "))
        .anyMatch(text -> text.startsWith("parquet/shard-00002.parquet, sequence "));
  }

  @Test
  void aTruncatedFileIsFound() throws IOException {
    truncate("mds/shard.00002.mds");
    truncate("parquet/shard-00002.parquet");
    truncate("megatron/train.bin");

    assertThat(problems(verify(table, order), Check.FILES))
        .anyMatch(text -> text.matches("mds/shard.00002.mds: is [0-9,]+ bytes long instead .*"))
        .anyMatch(text -> text.matches("parquet/shard-00002.parquet: is [0-9,]+ bytes long .*"))
        .anyMatch(text -> text.matches("megatron/train.bin: is [0-9,]+ bytes long instead .*"));
  }

  @Test
  void wrongOffsetsInTheMdsHeaderAreFound() throws IOException {
    byte[] bytes = read("mds/shard.00001.mds");
    bytes[4 + 4 * 3]++;
    write("mds/shard.00001.mds", bytes);
    int begin = length("mds/shard.00001.mds") - SHARD * 2 + 3 * SEQUENCE * 2;

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "mds/shard.00001.mds, header: sample 3 begins at byte %,d instead of %,d",
                begin + 1, begin));
  }

  @Test
  void aWrongSampleCountInTheMdsIndexIsFound() throws IOException {
    String index = Files.readString(packed.resolve("mds/index.json"));
    Files.writeString(
        packed.resolve("mds/index.json"), index.replaceFirst("\"samples\": 16", "\"samples\": 17"));

    assertThat(problems(verify(forged(), order)))
        .containsExactly("mds/index.json, shard 0: samples is 17 instead of 16");
  }

  @Test
  void aWrongLengthInTheMegatronIndexIsFound() throws IOException {
    byte[] bytes = read("megatron/train.idx");
    bytes[34 + 4 * 5]++;
    bytes[34 + 4 * 6]++;
    write("megatron/train.idx", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "megatron/train.idx, sequence lengths: length of sequence 5 is 65 instead of 64");
  }

  @Test
  void anotherTokenTypeInTheMegatronIndexIsFound() throws IOException {
    byte[] bytes = read("megatron/train.idx");
    bytes[17] = 4;
    write("megatron/train.idx", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly("megatron/train.idx, header: dtype is 4 instead of 8");
  }

  @Test
  void aWrongLastDocumentForMegatronIsFound() throws IOException {
    byte[] bytes = read("megatron/train.bin");
    bytes[bytes.length - 2]--;
    write("megatron/train.bin", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "megatron/train.bin, sequence "
                + table.train().sequences()
                + ": the last document is token 50255 instead of end-of-text, 50256");
  }

  @Test
  void twoSwappedSequencesAreFound() throws IOException {
    int bytesOfSequence = 2 * SEQUENCE;
    byte[] bytes = read("mds/shard.00000.mds");
    int begin = bytes.length - 2 * SHARD;
    byte[] swapped = bytes.clone();
    System.arraycopy(bytes, begin, swapped, begin + bytesOfSequence, bytesOfSequence);
    System.arraycopy(bytes, begin + bytesOfSequence, swapped, begin, bytesOfSequence);
    write("mds/shard.00000.mds", swapped);

    VerifyResult result = verify(forged(), order);

    assertThat(result.passed()).isFalse();
    assertThat(problems(result, Check.TOKENS))
        .isNotEmpty()
        .allMatch(text -> text.startsWith("mds/shard.00000.mds, sequence "));
  }

  @Test
  void aParquetFileWithAnotherColumnIsFound() throws IOException {
    rewriteParquet("tokens", parquetRows());

    assertThat(problems(verify(forged(), order)))
        .singleElement()
        .asString()
        .startsWith("parquet/shard-00001.parquet, sequence 0 token 0: cannot be read: its columns")
        .endsWith("instead of a list input_ids of int32");
  }

  @Test
  void aParquetFileWithAMissingRowIsFound() throws IOException {
    rewriteParquet("input_ids", parquetRows().subList(0, 15));

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "parquet/shard-00001.parquet, sequence 0 token 0: cannot be read: it holds 15 rows"
                + " instead of 16");
  }

  @Test
  void aParquetRowOfAnotherLengthIsFound() throws IOException {
    List<List<Integer>> rows = new ArrayList<>(parquetRows());
    rows.set(15, rows.get(15).subList(0, 63));
    rewriteParquet("input_ids", rows);

    assertThat(problems(verify(forged(), order)))
        .singleElement()
        .asString()
        .startsWith("parquet/shard-00001.parquet, sequence ")
        .endsWith("cannot be read: row 15 does not hold 64 tokens");
  }

  @Test
  void aMissingEndOfTextIsFound() throws IOException {
    // The first document lies in the first shard.
    int at = CORPUS.documents().get(0).length();
    byte[] bytes = read("mds/shard.00000.mds");
    bytes[bytes.length - 2 * SHARD + 2 * at] = 7;
    bytes[bytes.length - 2 * SHARD + 2 * at + 1] = 0;
    write("mds/shard.00000.mds", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "mds/shard.00000.mds, sequence %d token %d: token 7 follows document %s instead of"
                    + " end-of-text, 50256",
                at / SEQUENCE, at % SEQUENCE, docId(0)));
  }

  @Test
  void wrongPaddingIsFound() throws IOException {
    byte[] bytes = read("megatron/train.bin");
    bytes[bytes.length - 4]--;
    write("megatron/train.bin", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "megatron/train.bin, sequence %d token 63: the padding holds token 50255 instead"
                    + " of end-of-text, 50256; 1 of %d tokens are wrong",
                table.train().sequences() - 1, table.train().paddingTokens()));
  }

  @Test
  void aWrongStatementOfThePaddingIsFound() {
    PackedSplit train = table.train();
    PackedShards wrong =
        with(
            new PackedSplit(
                train.folder(),
                train.stream(),
                train.documents(),
                train.documentTokens(),
                train.paddingTokens() + 1,
                train.placement(),
                train.formats()));

    assertThat(problems(verify(wrong, order)))
        .contains(
            String.format(
                "manifest.json: padding tokens: %d instead of %d",
                train.paddingTokens() + 1, train.paddingTokens()));
  }

  @Test
  void aManifestOfAnotherStreamIsFound() {
    PackedSplit train = table.train();
    PackedStream stream = new PackedStream(train.stream().tokens() - 1, SEQUENCE, SHARD);
    PackedShards wrong =
        with(
            new PackedSplit(
                train.folder(),
                stream,
                train.documents(),
                stream.tokens(),
                stream.paddingTokens(),
                train.placement(),
                train.formats()));

    assertThat(problems(verify(wrong, order)))
        .contains(
            String.format(
                "manifest.json: stream tokens: %,d instead of %,d",
                stream.tokens(), stream.tokens() + 1));
  }

  @Test
  void aChangedShardListIsFound() throws IOException {
    String list = Files.readString(packed.resolve("shards.jsonl"));
    Files.writeString(packed.resolve("shards.jsonl"), list + "\n");

    assertThat(problems(verify(table, order)))
        .singleElement()
        .asString()
        .startsWith("shards.jsonl: its SHA-256 is ");
  }

  @Test
  void aDocumentDoubledInTheOrderIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.add(6, rows.get(5));

    assertThat(problems(verify(table, changed(rows))))
        .contains(
            "order: rows: 41 instead of 40",
            "order, document " + docId(5) + ": repeat 0 is there 2 times")
        .anyMatch(text -> text.startsWith("order, position 5: document " + docId(5) + " lies at"));
  }

  @Test
  void aDocumentInPlaceOfAnotherIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    Row five = rows.get(5);
    Row six = rows.get(6);
    rows.set(6, row(six, five.getAs(0), six.getDouble(6)));

    assertThat(problems(verify(table, changed(rows))))
        .contains("order, document " + docId(5) + ": repeat 0 is there 2 times")
        .anyMatch(
            text ->
                text.startsWith("order, position 6: document " + docId(5) + " has ")
                    && text.endsWith(" in the documents"))
        .anyMatch(
            text ->
                text.contains(
                    "the tokens are not those of document " + docId(5) + " at position 6"));
  }

  @Test
  void aDocumentThatIsMissingInTheOrderIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.remove(7);

    assertThat(problems(verify(table, changed(rows))))
        .contains("order: rows: 39 instead of 40", "order, position 8: follows position 6")
        .anyMatch(text -> text.startsWith("order, position 8: document " + docId(8) + " begins"));
  }

  @Test
  void aDocumentThatIsNotInTheDocumentsIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.set(3, row(rows.get(3), new byte[16], rows.get(3).getDouble(6)));

    assertThat(problems(verify(table, selected(rows), changed(rows))))
        .contains(
            "order, position 3: document 00000000000000000000000000000000 is not in the documents")
        .allMatch(
            text ->
                text.contains("document 00000000000000000000000000000000")
                    || text.contains("instead of 00000000000000000000000000000000"));
  }

  @Test
  void aFallInAnAscendingOrderIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    for (int i = 0; i < rows.size(); i++) {
      rows.set(i, row(rows.get(i), rows.get(i).getAs(0), i == 20 ? 0.001 : 0.01 * i));
    }

    assertThat(problems(verify(table, changed(rows))))
        .containsExactly(
            "order, position 20: the quantile goes from 0.19 to 0.001 in an order that is"
                + " ascending");
  }

  @Test
  void aRiseInADescendingOrderIsFound() {
    Finished<OrderTable> descending =
        new Finished<>(
            order.directory(),
            new OrderTable(order.table().rows(), order.table().tokens(), "descending", "overall"));

    VerifyResult result = verify(table, descending);

    assertThat(breaches(result, Check.QUALITY)).isEqualTo(2 * 39);
    assertThat(problems(result, Check.QUALITY))
        .contains(
            String.format(
                "order, position 1: the score goes from %s to %s in an order that is descending",
                CORPUS.documents().get(0).score(), CORPUS.documents().get(1).score()))
        .anyMatch(text -> text.contains("the quantile goes from 0.0 to "));
  }

  @Test
  void scoresInTheWrongOrderWithinASourceAreFound() {
    // The quantiles rise as they should, as those of an order that was ranked upside down.
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    List<Integer> places =
        IntStream.range(0, 40)
            .filter(i -> rows.get(i).getString(1).equals("source-1"))
            .boxed()
            .toList();
    for (int i = 0; i < places.size(); i++) {
      int mirrored = places.get(places.size() - 1 - i);
      rows.set(places.get(i), scored(rows.get(places.get(i)), CORPUS.orderRows().get(mirrored)));
    }
    Finished<OrderTable> reversed = within("source", changed(rows));
    int last = places.get(places.size() - 1);
    int before = places.get(places.size() - 2);

    VerifyResult result = verify(table, selected(rows), reversed);

    assertThat(breaches(result, Check.QUALITY)).isEqualTo(places.size() - 1);
    assertThat(result.breachCount()).isEqualTo(places.size() - 1);
    assertThat(problems(result))
        .hasSize(Findings.MOST_OF_PART)
        .first()
        .isEqualTo(
            String.format(
                "order, position %d: the score within source source-1 goes from %s to %s in an"
                    + " order that is ascending",
                places.get(1),
                CORPUS.documents().get(last).score(),
                CORPUS.documents().get(before).score()));
  }

  @Test
  void scoresAreComparedWithinSourcesOnlyWhereQuantilesWere() {
    // Each source rises, but the second one stands above the others all along.
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.replaceAll(
        row -> row.getString(1).equals("source-1") ? scored(row, row.getDouble(7) + 100) : row);
    Finished<OrderTable> shifted = changed(rows);
    Finished<SelectionTable> selected = selected(rows);

    assertThat(problems(verify(table, selected, within("source", shifted)))).isEmpty();
    assertThat(problems(verify(table, selected, shifted)))
        .isNotEmpty()
        .allMatch(text -> text.contains(": the score goes from "));
  }

  @Test
  void aFallOfTheScoreBetweenStretchesIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.set(21, scored(rows.get(21), -100));

    assertThat(problems(verify(table, selected(rows), changed(rows), new VerifyJob(7))))
        .containsExactly(
            String.format(
                "order, position 21: the score goes from %s to -100.0 in an order that is"
                    + " ascending",
                CORPUS.documents().get(20).score()));
  }

  @Test
  void aSelectedDocumentThatTheOrderLacksIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    Row absent = row(rows.get(2), new byte[16], 0);
    rows.add(absent);

    assertThat(problems(verify(table, selected(rows), order)))
        .containsExactly(
            "order, document 00000000000000000000000000000000: repeat 0 is selected but missing");
  }

  @Test
  void aDocumentThatWasNotSelectedIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.remove(4);

    assertThat(problems(verify(table, selected(rows), order)))
        .containsExactly("order, document " + docId(4) + ": repeat 0 is not selected");
  }

  @Test
  void aDocumentThatWasSelectedWithAnotherScoreIsFound() {
    List<Row> rows = new ArrayList<>(CORPUS.orderRows());
    rows.set(4, scored(rows.get(4), 0.5));
    TinyCorpus.Document document = CORPUS.documents().get(4);
    String facts =
        String.format(
            "of source %s with %,d tokens and score ", rows.get(4).getString(1), document.length());

    assertThat(problems(verify(table, selected(rows), order)))
        .containsExactly(
            String.format(
                "order, document %s: repeat 0 is %s%s, but was selected as %s0.5",
                docId(4), facts, document.score(), facts));
  }

  @Test
  void filesThatWereNotPackedAreFound() throws IOException {
    Files.copy(
        packed.resolve("parquet/shard-00000.parquet"),
        packed.resolve("parquet/shard-00099.parquet"));
    write("megatron/old.bin", new byte[2]);

    assertThat(problems(verify(table, order)))
        .containsExactly(
            "megatron/old.bin: is there, but was not packed",
            "parquet/shard-00099.parquet: is there, but was not packed");
  }

  @Test
  void aWrongStatementOfAFormatsBytesIsFound() {
    List<PackedFormat> formats = new ArrayList<>(table.train().formats());
    PackedFormat first = formats.get(0);
    formats.set(
        0,
        changed(
            first,
            first.layout(),
            first.tokenBytes(),
            first.bytes() + 1,
            first.shardListSha256(),
            first.wholeFiles()));
    PackedShards wrong = with(formats);

    assertThat(problems(verify(wrong, order)))
        .containsExactly(
            String.format(
                "manifest.json: bytes of mds: %,d instead of %,d",
                first.bytes() + 1, first.bytes()));
  }

  @Test
  void manyBreachesOfAShardAreCountedAndAFewOfEachCheckKept() throws IOException {
    byte[] bytes = read("mds/shard.00000.mds");
    Arrays.fill(bytes, bytes.length - 2 * SHARD, bytes.length, (byte) 1);
    write("mds/shard.00000.mds", bytes);

    VerifyResult result = verify(table, order);

    assertThat(breaches(result, Check.TOKENS)).isGreaterThan(2);
    assertThat(result.breachCount()).isGreaterThan(Findings.MOST_OF_PART);
    assertThat(problems(result, Check.CHECKSUMS)).hasSize(1);
    // One document goes on to the next shard, where its tokens are put together.
    assertThat(result.breaches()).hasSize(Findings.MOST_OF_PART + 1);
  }

  @Test
  void aShuffledOrderPromisesNoQuality() {
    Finished<OrderTable> shuffled =
        new Finished<>(
            order.directory(),
            new OrderTable(order.table().rows(), order.table().tokens(), "shuffled", "overall"));

    VerifyResult result = verify(table, shuffled);

    assertThat(result.passed()).isTrue();
    assertThat(checked(result, Check.QUALITY)).isZero();
  }

  @Test
  void aTokenOutsideTheVocabularyIsFound() throws IOException {
    byte[] bytes = read("mds/shard.00001.mds");
    bytes[bytes.length - 2] = (byte) 0xff;
    bytes[bytes.length - 1] = (byte) 0xff;
    write("mds/shard.00001.mds", bytes);

    assertThat(problems(verify(forged(), order), Check.TOKENS))
        .contains(
            "mds/shard.00001.mds, sequence 15 token 63: token 65535 is not in the vocabulary of"
                + " 50,257 ids");
  }

  @Test
  void aDoubledSequenceIsFound() throws IOException {
    byte[] bytes = read("olmo/part-00001.npy");
    System.arraycopy(bytes, 0, bytes, 2 * SEQUENCE, 2 * SEQUENCE);
    write("olmo/part-00001.npy", bytes);

    assertThat(problems(verify(forged(), order), Check.TOKENS))
        .isNotEmpty()
        .allMatch(text -> text.startsWith("olmo/part-0000"));
  }

  @Test
  void anIndexOfAnotherRunIsFound() throws IOException {
    String index = Files.readString(packed.resolve("mds/index.json"));
    Files.writeString(
        packed.resolve("mds/index.json"), index.replaceFirst("shard.00000.mds", "shard.00007.mds"));

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "mds/index.json, shard 0: basename is shard.00007.mds instead of shard.00000.mds");
  }

  @Test
  void aTruncatedIndexIsFound() throws IOException {
    truncate("megatron/train.idx");
    truncate("litdata/index.json");

    assertThat(problems(verify(table, order)))
        .anyMatch(text -> text.matches("megatron/train.idx: is [0-9,]+ bytes long instead .*"))
        .anyMatch(text -> text.matches("litdata/index.json: is [0-9,]+ bytes long instead .*"))
        .hasSize(2);
    assertThat(problems(verify(forged(), order)))
        .contains("litdata/index.json: is not JSON")
        .anyMatch(text -> text.startsWith("megatron/train.idx, header: length in bytes is "));
  }

  @Test
  void aCorruptCompressedShardIsFound() throws IOException {
    flip("mds-zstd/shard.00001.mds.zstd", length("mds-zstd/shard.00001.mds.zstd") / 2);

    VerifyResult result = verify(table, order);

    assertThat(problems(result, Check.CHECKSUMS))
        .singleElement()
        .asString()
        .startsWith("mds-zstd/shard.00001.mds.zstd: its SHA-256 is ");
    assertThat(result.breaches())
        .allMatch(breach -> breach.file().startsWith("mds-zstd/shard.0000"));
  }

  @Test
  void aCompressedShardThatIsNoFrameIsFound() throws IOException {
    flip("mds-zstd/shard.00001.mds.zstd", 0);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "mds-zstd/shard.00001.mds.zstd, sequence 0 token 0: cannot be read: it is no zstd frame"
                + " that says its content's size");
  }

  @Test
  void wrongBoundariesOfDocumentsAreFound() throws IOException {
    Path file = packed.resolve("olmo/part-00000.csv.gz");
    List<String> lines = new ArrayList<>(gunzip(file));
    String second = lines.get(1);
    lines.set(1, "1,2");
    gzip(file, lines);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "olmo/part-00000.csv.gz: says that document 2 of the shard lies at 1,2 instead of "
                + second);
  }

  @Test
  void boundariesThatAreTooFewOrTooManyAreFound() throws IOException {
    Path file = packed.resolve("olmo/part-00000.csv.gz");
    List<String> lines = new ArrayList<>(gunzip(file));
    gzip(file, lines.subList(0, lines.size() - 1));

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "olmo/part-00000.csv.gz: ends before document %d of the shard, %s",
                lines.size(), lines.get(lines.size() - 1)));
    lines.add("5,6");
    gzip(file, lines);
    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "olmo/part-00000.csv.gz: goes on after the %d documents of the shard",
                lines.size() - 1));
  }

  @Test
  void aWrongEndOfADocumentForDatatroveIsFound() throws IOException {
    byte[] bytes = read("datatrove/train.ds.index");
    int end = CORPUS.documents().get(0).length() + 1;
    bytes[0]++;
    write("datatrove/train.ds.index", bytes);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "datatrove/train.ds.index: says that document 1 of the shard lies at %d instead of"
                    + " %d",
                end % 256 == 255 ? end - 255 : end + 1, end));
  }

  @Test
  void wrongMetadataForDatatroveIsFound() throws IOException {
    Path file = packed.resolve("datatrove/train.ds.metadata");
    Files.writeString(file, Files.readString(file).replaceFirst("\\|2", "|4"));

    assertThat(problems(verify(forged(), order)))
        .containsExactly("datatrove/train.ds.metadata, line 1: the token size is 4 instead of 2");
  }

  @Test
  void anotherTokenTypeForLitDataIsFound() throws IOException {
    Path file = packed.resolve("litdata/index.json");
    Files.writeString(
        file, Files.readString(file).replace("no_header_tensor:20", "no_header_tensor:16"));

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "litdata/index.json, config: data_format is [\"no_header_tensor:16\"] instead of"
                + " [\"no_header_tensor:20\"]");
  }

  @Test
  void wrongOffsetsInALitDataChunkAreFound() throws IOException {
    byte[] bytes = read("litdata/chunk-0-00001.bin");
    bytes[4 + 4 * 2]++;
    write("litdata/chunk-0-00001.bin", bytes);
    int begin = 4 + 4 * 17 + 2 * 2 * SEQUENCE;

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "litdata/chunk-0-00001.bin, header: item 2 begins at byte %d instead of %d",
                begin + 1, begin));
  }

  @Test
  void anIndexThatWouldShuffleForMegatronIsFound() throws IOException {
    byte[] bytes = read("megatron/shuffle_index.npy");
    bytes[bytes.length - 4] ^= 1;
    write("megatron/shuffle_index.npy", bytes);
    long last = table.train().sequences() - 1;

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "megatron/shuffle_index.npy, number %d: is %d, so GPTDataset would change the"
                    + " order",
                last, last ^ 1));
  }

  @Test
  void anotherLayoutThanTheShardsHaveIsFound() {
    List<PackedFormat> formats = new ArrayList<>();
    for (PackedFormat format : table.train().formats()) {
      formats.add(
          changed(
              format,
              new SequenceLayout.Strided(table.train().sequences(), 2, SHARD / SEQUENCE),
              format.tokenBytes(),
              format.bytes(),
              format.shardListSha256(),
              format.wholeFiles()));
    }

    assertThat(problems(verify(with(formats), order)))
        .anyMatch(
            text ->
                text.equals("shards.jsonl, shard 0: last sequence: 15 instead of 30")
                    || text.startsWith("manifest.json: listed shards: "));
  }

  @Test
  void linesOfTextThatAreNotTheDocumentsAreFound() throws IOException {
    Path file = packed.resolve("jsonl/part-00000.jsonl.zst");
    List<String> lines = new ArrayList<>(unzstd(file));
    zstd(file, List.of(lines.get(1), lines.get(0)), lines);

    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "jsonl/part-00000.jsonl.zst, line 1: is document "
                + docId(1)
                + " instead of "
                + docId(0),
            "jsonl/part-00000.jsonl.zst, line 2: is document "
                + docId(0)
                + " instead of "
                + docId(1));

    zstd(file, List.of(lines.get(0).replace("caf", "CAF")), lines);
    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "jsonl/part-00000.jsonl.zst, line 1: the text is not that of document " + docId(0));

    String source = Json.read(lines.get(0), JsonNode.class).path("source").asText();
    zstd(file, List.of(lines.get(0).replace("\"" + source + "\"", "\"elsewhere\"")), lines);
    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            "jsonl/part-00000.jsonl.zst, line 1: is of source elsewhere instead of " + source);
  }

  @Test
  void missingAndAddedLinesOfTextAreFound() throws IOException {
    Path file = packed.resolve("jsonl/part-00000.jsonl.zst");
    long length = Files.size(file);
    List<String> lines = unzstd(file);
    List<String> longer = new ArrayList<>(lines);
    longer.add(lines.get(0));
    zstd(file, List.of(), longer);

    assertThat(problems(verify(table, order)))
        .containsExactly(
            String.format(
                "jsonl/part-00000.jsonl.zst: is %,d bytes long instead of %,d",
                Files.size(file), length));
    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "jsonl/part-00000.jsonl.zst, line %d: is there, but no document of the order",
                lines.size() + 1));

    zstd(file, List.of(), lines.subList(0, lines.size() - 1));
    assertThat(problems(verify(forged(), order)))
        .containsExactly(
            String.format(
                "jsonl/part-00000.jsonl.zst, line %d: is missing, and so are those after it",
                lines.size()));
  }

  private static List<String> unzstd(Path file) throws IOException {
    try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
      return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
    }
  }

  /** Writes the first lines, and after them the rest of the others. */
  private static void zstd(Path file, List<String> first, List<String> others) throws IOException {
    List<String> all = new ArrayList<>(first);
    all.addAll(others.subList(first.size(), others.size()));
    byte[] text = (String.join("\n", all) + "\n").getBytes(StandardCharsets.UTF_8);
    Files.write(file, Zstd.compress(text));
  }

  private static List<String> gunzip(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      return lines.lines().toList();
    }
  }

  private static void gzip(Path file, List<String> lines) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  private VerifyResult verify(PackedShards shards, Finished<OrderTable> verified) {
    return verify(shards, selection, verified);
  }

  private VerifyResult verify(
      PackedShards shards, Finished<SelectionTable> selected, Finished<OrderTable> verified) {
    return verify(shards, selected, verified, new VerifyJob());
  }

  private VerifyResult verify(
      PackedShards shards,
      Finished<SelectionTable> selected,
      Finished<OrderTable> verified,
      VerifyJob job) {
    return job.run(
        LocalSpark.context(),
        documents,
        selected,
        verified,
        new Finished<>(directory(packed), shards),
        directory(folder.resolve("verify")));
  }

  private Finished<SelectionTable> selected(List<Row> rows) {
    return CORPUS.writeSelection(folder.resolve("selection"), rows);
  }

  private static Finished<OrderTable> within(String within, Finished<OrderTable> changed) {
    OrderTable same = changed.table();
    return new Finished<>(
        changed.directory(), new OrderTable(same.rows(), same.tokens(), same.shape(), within));
  }

  private static Row scored(Row row, Row other) {
    return scored(row, other.getDouble(7));
  }

  private static Row scored(Row row, double score) {
    return RowFactory.create(
        row.get(0), row.get(1), row.get(2), row.get(3), row.get(4), row.get(5), row.get(6), score);
  }

  private static long breaches(VerifyResult result, Check check) {
    return result.checks().stream()
        .filter(count -> count.check() == check)
        .mapToLong(VerifyResult.Count::breaches)
        .sum();
  }

  private Finished<OrderTable> changed(List<Row> rows) {
    return CORPUS.writeOrder(folder.resolve("order"), 1, rows);
  }

  private static Row row(Row row, byte[] docId, double quantile) {
    return RowFactory.create(
        docId, row.get(1), row.get(2), row.get(3), row.get(4), row.get(5), quantile, row.get(7));
  }

  private static PackedShards with(PackedSplit train) {
    return new PackedShards(
        table.packing(),
        table.windowTokens(),
        table.endOfText(),
        table.beginOfText(),
        table.boundaries(),
        table.globalBatch(),
        List.of(train));
  }

  private static PackedShards with(List<PackedFormat> formats) {
    PackedSplit train = table.train();
    return with(
        new PackedSplit(
            train.folder(),
            train.stream(),
            train.documents(),
            train.documentTokens(),
            train.paddingTokens(),
            train.placement(),
            formats));
  }

  private static PackedFormat changed(
      PackedFormat format,
      SequenceLayout layout,
      int tokenBytes,
      long bytes,
      String shardListSha256,
      List<PackedFile> wholeFiles) {
    return new PackedFormat(
        format.format(),
        layout,
        format.paddingSequences(),
        tokenBytes,
        bytes,
        format.shardList(),
        shardListSha256,
        wholeFiles);
  }

  private static Shard with(Shard shard, List<PackedFile> files) {
    return new Shard(
        shard.index(),
        shard.firstSequence(),
        shard.lastSequence(),
        shard.sequences(),
        shard.firstStep(),
        shard.lastStep(),
        shard.tokens(),
        shard.paddingTokens(),
        shard.documents(),
        shard.firstPosition(),
        shard.lastPosition(),
        shard.score(),
        shard.quantile(),
        shard.tokensBySource(),
        shard.tokensOfOtherSources(),
        files);
  }

  /** The manifest that somebody would write who changed the shards and then their checksums. */
  private PackedShards forged() throws IOException {
    List<String> joined =
        table.train().formats().stream()
            .flatMap(format -> format.wholeFiles().stream())
            .map(PackedFile::path)
            .toList();
    Map<String, List<Shard>> lists = new TreeMap<>();
    String index = Files.readString(packed.resolve("mds/index.json"));
    String compressed = Files.readString(packed.resolve("mds-zstd/index.json"));
    for (PackedFormat format : table.train().formats()) {
      if (lists.containsKey(format.shardList())) {
        continue;
      }
      List<Shard> shards = new ArrayList<>();
      for (Shard shard : format.shards(directory(packed))) {
        List<PackedFile> files = new ArrayList<>();
        for (PackedFile file : shard.files()) {
          byte[] bytes = read(file.path());
          long end =
              joined.contains(file.path())
                  ? Math.min(bytes.length, file.offset() + file.bytes())
                  : bytes.length;
          byte[] stretch = Arrays.copyOfRange(bytes, (int) file.offset(), (int) end);
          String digest = Fingerprint.sha256(stretch);
          index = index.replace(file.sha256(), "forged-" + digest);
          compressed = compressed.replace(file.sha256(), "forged-" + digest);
          files.add(
              new PackedFile(file.format(), file.path(), file.offset(), stretch.length, digest));
        }
        shards.add(with(shard, files));
      }
      lists.put(format.shardList(), shards);
    }
    Files.writeString(packed.resolve("mds/index.json"), index.replace("forged-", ""));
    Files.writeString(packed.resolve("mds-zstd/index.json"), compressed.replace("forged-", ""));
    Map<String, String> texts = new TreeMap<>();
    for (Map.Entry<String, List<Shard>> list : lists.entrySet()) {
      String text =
          list.getValue().stream()
              .map(shard -> Json.tree(shard) + "\n")
              .collect(Collectors.joining());
      Files.writeString(packed.resolve(list.getKey()), text);
      texts.put(list.getKey(), Fingerprint.sha256(text.getBytes(StandardCharsets.UTF_8)));
    }
    List<PackedFormat> formats = new ArrayList<>();
    for (PackedFormat format : table.train().formats()) {
      List<PackedFile> files = new ArrayList<>();
      for (PackedFile file : format.wholeFiles()) {
        byte[] bytes = read(file.path());
        files.add(
            new PackedFile(file.format(), file.path(), 0, bytes.length, Fingerprint.sha256(bytes)));
      }
      Stream<PackedFile> ofShards =
          lists.get(format.shardList()).stream()
              .flatMap(shard -> shard.files().stream())
              .filter(file -> file.format() == format.format())
              .filter(file -> !joined.contains(file.path()));
      long bytes = Stream.concat(ofShards, files.stream()).mapToLong(PackedFile::bytes).sum();
      formats.add(
          changed(
              format,
              format.layout(),
              format.tokenBytes(),
              bytes,
              texts.get(format.shardList()),
              files));
    }
    return with(formats);
  }

  /** The message for the document whose tokens stand at a place in the stream. */
  private static String wrongTokens(String file, int streamToken, int fileStart) {
    int start = 0;
    int position = 0;
    while (start + CORPUS.documents().get(position).length() < streamToken) {
      start += CORPUS.documents().get(position++).length() + 1;
    }
    int end = start + CORPUS.documents().get(position).length();
    // A document that began in an earlier shard is reported where it began.
    int firstShard = start / SHARD;
    int lastShard = end / SHARD;
    String name = file.startsWith("mds") ? String.format("mds/shard.%05d.mds", firstShard) : file;
    int place = start - (fileStart == 0 ? 0 : firstShard * SHARD);
    return String.format(
        "%s, sequence %d token %d: the tokens are not those of document %s at position %d%s",
        name,
        place / SEQUENCE,
        place % SEQUENCE,
        docId(position),
        position,
        firstShard == lastShard ? "" : ", which goes on to shard " + lastShard);
  }

  private static String docId(int position) {
    return HexFormat.of().formatHex(CORPUS.documents().get(position).docId());
  }

  private static long checked(VerifyResult result, Check check) {
    return result.checks().stream()
        .filter(count -> count.check() == check)
        .mapToLong(VerifyResult.Count::checked)
        .sum();
  }

  private static List<String> problems(VerifyResult result) {
    return result.breaches().stream().map(Breach::toString).toList();
  }

  private static List<String> problems(VerifyResult result, Check check) {
    return result.breaches().stream()
        .filter(breach -> breach.check() == check)
        .map(Breach::toString)
        .toList();
  }

  /** The sequences of the second Parquet shard. */
  private List<List<Integer>> parquetRows() {
    String file = packed.resolve("parquet/shard-00001.parquet").toString();
    return LocalSpark.session().read().parquet(file).collectAsList().stream()
        .map(row -> row.<Integer>getList(row.fieldIndex("input_ids")))
        .toList();
  }

  private void rewriteParquet(String column, List<List<Integer>> rows) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message sequences { required group "
                + column
                + " (LIST) { repeated group list { required int32 element; } } }");
    Path written = folder.resolve("rewritten.parquet");
    try (ParquetWriter<Group> writer =
        ParquetRows.write(
            LocalSpark.context().hadoop(),
            new org.apache.hadoop.fs.Path(written.toUri()),
            schema)) {
      for (List<Integer> row : rows) {
        SimpleGroup group = new SimpleGroup(schema);
        Group list = group.addGroup(column);
        row.forEach(token -> list.addGroup("list").append("element", token));
        writer.write(group);
      }
    }
    write("parquet/shard-00001.parquet", Files.readAllBytes(written));
  }

  private byte[] read(String file) throws IOException {
    return Files.readAllBytes(packed.resolve(file));
  }

  private int length(String file) throws IOException {
    return read(file).length;
  }

  private void write(String file, byte[] bytes) throws IOException {
    Files.write(packed.resolve(file), bytes);
  }

  private void flip(String file, int at) throws IOException {
    byte[] bytes = read(file);
    bytes[at] ^= 1;
    write(file, bytes);
  }

  private void truncate(String file) throws IOException {
    byte[] bytes = read(file);
    write(file, Arrays.copyOf(bytes, bytes.length - 100));
  }

  private void swap(String left, String right) throws IOException {
    byte[] bytes = read(left);
    write(left, read(right));
    write(right, bytes);
  }

  private static StageDirectory directory(Path path) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(path.toUri()), LocalSpark.context().hadoop());
  }
}
