package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.gradus.common.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netpreserve.jwarc.MediaType;
import org.netpreserve.jwarc.WarcCompression;
import org.netpreserve.jwarc.WarcConversion;
import org.netpreserve.jwarc.WarcWriter;
import org.netpreserve.jwarc.Warcinfo;

class IngestFormatsTest {
  private static final String TWO_LINES =
      """
      {"id": "a", "text": "Grass is green.", "b": 1.50, "a": {"z": null, "y": [true]}}

      {"id": 7, "text": "Snow is white — mostly.\\n"}
      """;

  @TempDir Path folder;

  private IngestRun ingest(String hocon) {
    IngestRun run = new IngestRun(folder);
    run.run(hocon);
    return run;
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] join(byte[] left, byte[] right) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.writeBytes(left);
    joined.writeBytes(right);
    return joined.toByteArray();
  }

  private static void assertTwoLines(IngestRun run) {
    assertThat(run.sorted("text")).containsExactly("Grass is green.", "Snow is white — mostly.\n");
    assertThat(run.sorted("external_id")).containsExactly("7", "a");
    assertThat(run.sorted("source")).containsOnly("raw");
    assertThat(run.sorted("meta"))
        .containsExactly("null", "{\"a\":{\"y\":[true],\"z\":null},\"b\":1.50}");
  }

  @Test
  void jsonLinesBecomeDocumentsWithTheirOtherFieldsAsMeta() throws IOException {
    write("raw/a.jsonl", TWO_LINES.getBytes(UTF_8));
    assertTwoLines(ingest("inputs = [{ path = \"$/raw/*.jsonl\" }]"));
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstRecord() throws IOException {
    write("raw/a.jsonl", ("\ufeff" + TWO_LINES).getBytes(UTF_8));
    assertTwoLines(ingest("inputs = [{ path = \"$/raw\" }]"));
  }

  @Test
  void gzipOfSeveralMembersIsReadToItsEnd() throws IOException {
    int half = TWO_LINES.length() / 2;
    write(
        "raw/a.jsonl.gz",
        join(
            gzip(TWO_LINES.substring(0, half).getBytes(UTF_8)),
            gzip(TWO_LINES.substring(half).getBytes(UTF_8))));
    assertTwoLines(ingest("inputs = [{ path = \"$/raw\" }]"));
  }

  @Test
  void zstdOfSeveralFramesIsReadToItsEnd() throws IOException {
    int half = TWO_LINES.length() / 2;
    write(
        "raw/a.jsonl.zst",
        join(
            Zstd.compress(TWO_LINES.substring(0, half).getBytes(UTF_8)),
            Zstd.compress(TWO_LINES.substring(half).getBytes(UTF_8))));
    assertTwoLines(ingest("inputs = [{ path = \"$/raw\" }]"));
  }

  @Test
  void bzip2IsRead() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new BZip2CompressorOutputStream(packed)) {
      out.write(TWO_LINES.getBytes(UTF_8));
    }
    write("raw/a.jsonl.bz2", packed.toByteArray());
    assertTwoLines(ingest("inputs = [{ path = \"$/raw\" }]"));
  }

  @Test
  void eachTextFileBelowAFolderIsOneDocumentNamedByItsRelativePath() throws IOException {
    write("books/one.txt", "First book.\r\n".getBytes(UTF_8));
    write("books/deep/two.txt.gz", gzip("Second book.".getBytes(UTF_8)));
    write("books/_SUCCESS", new byte[0]);
    write("books/.hidden/three.txt", "Not read.".getBytes(UTF_8));
    IngestRun run = ingest("inputs = [{ path = \"$/books\", format = text }]");
    assertThat(run.sorted("external_id")).containsExactly("deep/two.txt.gz", "one.txt");
    assertThat(run.sorted("text")).containsExactly("First book.\r\n", "Second book.");
    assertThat(run.sorted("source")).containsOnly("books");
  }

  @Test
  void parquetIsReadByNestedColumns() {
    StructType meta =
        new StructType()
            .add("domain", DataTypes.StringType)
            .add("seen", DataTypes.TimestampType)
            .add("depth", DataTypes.IntegerType);
    StructType schema =
        new StructType()
            .add("body", DataTypes.StringType)
            .add("id", DataTypes.LongType)
            .add("meta", meta)
            .add("lang", DataTypes.StringType);
    Row one =
        RowFactory.create(
            "Rivers run.",
            5L,
            RowFactory.create("river.org", Timestamp.from(Instant.ofEpochMilli(1)), null),
            "en");
    Row two = RowFactory.create("Seas rest.", null, RowFactory.create("sea.org", null, 3), null);
    LocalSpark.session()
        .createDataFrame(List.of(one, two), schema)
        .coalesce(1)
        .write()
        .parquet(folder.resolve("cc[1]").toString());
    IngestRun run =
        ingest(
            """
            inputs = [{ path = "$/cc\\\\[1\\\\]/*.parquet", source-field = "meta.domain",
                        text-field = body }]
            """);
    assertThat(run.sorted("text")).containsExactly("Rivers run.", "Seas rest.");
    assertThat(run.sorted("source")).containsExactly("river.org", "sea.org");
    assertThat(run.sorted("external_id")).containsExactly("5", "null");
    assertThat(run.sorted("meta"))
        .containsExactly(
            "{\"lang\":\"en\",\"meta\":{\"seen\":\"1970-01-01T00:00:00.001000Z\"}}",
            "{\"meta\":{\"depth\":3}}");
  }

  @Test
  void parquetFilesOfOneInputMayHaveDifferentColumns() {
    LocalSpark.session()
        .sql("select 'One.' as text, 1 as extra")
        .write()
        .parquet(folder.resolve("p/one").toString());
    LocalSpark.session()
        .sql("select 'Two.' as text, 'b' as id")
        .write()
        .parquet(folder.resolve("p/two").toString());
    IngestRun run = ingest("inputs = [{ path = \"$/p\" }]");
    assertThat(run.sorted("text")).containsExactly("One.", "Two.");
    assertThat(run.sorted("external_id")).containsExactly("b", "null");
    assertThat(run.sorted("meta")).containsExactly("null", "{\"extra\":1}");
  }

  @Test
  void anIdThatIsNoSingleValueStaysInMeta() {
    LocalSpark.session()
        .sql("select 'One.' as text, named_struct('page', 3) as id, 1 as extra")
        .write()
        .parquet(folder.resolve("p").toString());
    IngestRun run = ingest("inputs = [{ path = \"$/p\" }]");
    assertThat(run.sorted("external_id")).containsExactly("null");
    assertThat(run.sorted("meta")).containsExactly("{\"extra\":1,\"id\":{\"page\":3}}");
  }

  @Test
  void conversionRecordsOfWetFilesBecomeDocuments() throws IOException {
    write("crawl/a.warc.wet", wet(WarcCompression.NONE, "plain"));
    write("crawl/b.warc.wet.gz", wet(WarcCompression.GZIP, "packed"));
    IngestRun run = ingest("inputs = [{ path = \"$/crawl\", source = web }]");
    assertThat(run.sorted("text"))
        .containsExactly(
            "First packed page é", "First plain page é", "Second packed page", "Second plain page");
    assertThat(run.sorted("external_id"))
        .containsExactly(
            "https://packed.org/1",
            "https://packed.org/2",
            "https://plain.org/1",
            "https://plain.org/2");
    assertThat(run.sorted("meta"))
        .containsOnly(
            "{\"WARC-Date\":\"2026-01-02T03:04:05Z\",\"WARC-Identified-Content-Language\":\"eng\"}");
  }

  @Test
  void theSourceOfAWetRecordMayBeOneOfItsHeaders() throws IOException {
    write("crawl/a.wet", wet(WarcCompression.NONE, "plain"));
    IngestRun run =
        ingest(
            "inputs = [{ path = \"$/crawl\", source-field = WARC-Identified-Content-Language }]");
    assertThat(run.sorted("source")).containsExactly("eng", "eng");
  }

  private static byte[] wet(WarcCompression compression, String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (WarcWriter writer =
        new WarcWriter(java.nio.channels.Channels.newChannel(bytes), compression)) {
      writer.write(new Warcinfo.Builder().filename(name).build());
      writer.write(page("https://" + name + ".org/1", "First " + name + " page é"));
      writer.write(page("https://" + name + ".org/2", "Second " + name + " page"));
    }
    return bytes.toByteArray();
  }

  private static WarcConversion page(String address, String text) {
    return new WarcConversion.Builder()
        .setHeader("WARC-Target-URI", address)
        .setHeader("WARC-Identified-Content-Language", "eng")
        .date(Instant.parse("2026-01-02T03:04:05Z"))
        .body(MediaType.parse("text/plain"), text.getBytes(UTF_8))
        .build();
  }

  @Test
  void inputsOfDifferentFormatsMakeOneTable() throws IOException {
    write("raw/a.jsonl", TWO_LINES.getBytes(UTF_8));
    write("raw/b.txt", "A text.".getBytes(UTF_8));
    LocalSpark.session()
        .sql("select 'A row.' as text")
        .write()
        .parquet(folder.resolve("raw/c").toString());
    IngestRun run = ingest("inputs = [{ path = \"$/raw\" }]");
    assertThat(run.sorted("text"))
        .containsExactly("A row.", "A text.", "Grass is green.", "Snow is white — mostly.\n");
  }
}
