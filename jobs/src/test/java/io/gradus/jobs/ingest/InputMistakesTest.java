package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.spark.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputMistakesTest {
  @TempDir Path folder;

  private void assertMistake(String hocon, String... parts) {
    assertThatThrownBy(() -> new IngestRun(folder).run(hocon))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void pathsThatMatchNothingAreAllNamed() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"A.\"}");
    Files.createDirectory(folder.resolve("empty"));
    assertMistake(
        """
        inputs = [{ path = "$/a.jsonl" }, { path = "$/b*.jsonl" }, { path = "$/empty" },
                  { path = "nosuch://host/a" }]
        """,
        "ingest.inputs[1].path: '"
            + folder
            + "/b*.jsonl' matches no file (looked in file:"
            + folder,
        "ingest.inputs[2].path: '" + folder + "/empty' matches no file",
        "ingest.inputs[3].path: cannot list 'nosuch://host/a' (No FileSystem for scheme");
  }

  @Test
  void filesWhoseNamesDoNotTellTheirFormatAskForIt() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "x");
    assertMistake(
        "inputs = [{ path = \"$/a.csv\" }]",
        "ingest.inputs[0].format: the name of 'file:"
            + folder
            + "/a.csv' does not tell its format."
            + " Set format to jsonl, parquet, text or wet, or narrow the path.");
  }

  @Test
  void rawWarcFilesAreRefused() throws IOException {
    Files.writeString(folder.resolve("a.warc.gz"), "x");
    assertMistake(
        "inputs = [{ path = \"$/a.warc.gz\" }]",
        "ingest.inputs[0].path: 'file:" + folder + "/a.warc.gz' is a WARC file of whole responses");
  }

  @Test
  void fieldsOfFilesWithoutFieldsAreRefused() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "x");
    assertMistake(
        "inputs = [{ path = \"$/a.txt\", tokens-field = ids }]",
        "ingest.inputs[0].tokens-field: 'file:" + folder + "/a.txt' has no fields.");
    assertMistake(
        "inputs = [{ path = \"$/a.txt\", source-field = site }]",
        "ingest.inputs[0].source-field: 'file:" + folder + "/a.txt' has no fields.");
  }

  @Test
  void parquetColumnsThatDoNotExistAreNamed() {
    LocalSpark.session()
        .sql("select 'A.' as content, 1 as number, array('x') as list")
        .write()
        .parquet(folder.resolve("p").toString());
    assertMistake(
        "inputs = [{ path = \"$/p\", text-field = contents }]",
        "ingest.inputs[0].text-field: the Parquet files of '"
            + folder
            + "/p' have no column"
            + " 'contents'; did you mean 'content'? They have content, number, list.");
    assertMistake(
        "inputs = [{ path = \"$/p\", text-field = number }]",
        "ingest.inputs[0].text-field: column 'number'",
        "has the type int, but must hold text. Name another column.");
    assertMistake(
        "inputs = [{ path = \"$/p\", text-field = content, source-field = list }]",
        "ingest.inputs[0].source-field: column 'list'",
        "must hold a single value");
    assertMistake(
        "inputs = [{ path = \"$/p\", tokens-field = list }]",
        "ingest.inputs[0].tokens-field: column 'list'",
        "has the type array<string>, but must hold a list of whole numbers");
    assertMistake(
        "inputs = [{ path = \"$/p\", text-field = content, id-field = key }]",
        "ingest.inputs[0].id-field: the Parquet files",
        "have no column 'key'");
  }

  @Test
  void parquetColumnsOfTwoTypesAreNamed() {
    LocalSpark.session()
        .sql("select 'A.' as text")
        .write()
        .parquet(folder.resolve("p/a").toString());
    LocalSpark.session().sql("select 1 as text").write().parquet(folder.resolve("p/b").toString());
    assertMistake(
        "inputs = [{ path = \"$/p\" }]",
        "ingest.inputs[0].path: the Parquet files of '" + folder + "/p' do not fit together");
  }

  @Test
  void filesWithoutRecordsAreAMistake() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "\n\n");
    Files.writeString(folder.resolve("b.jsonl"), "");
    assertMistake(
        "inputs = [{ path = \"$/*.jsonl\" }]",
        "ingest.inputs: there is no record in the 2 files that match.");
  }

  @Test
  void filesWithoutAByteAreAMistake() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "");
    Files.writeString(folder.resolve("b.jsonl"), "");
    assertMistake(
        "inputs = [{ path = \"$/*.jsonl\" }]",
        "ingest.inputs: there is no record in the 2 files that match. Give files with records.");
  }

  @Test
  void digestsChangeWithTheFiles() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"A.\"}");
    IngestConfig config = new IngestRun(folder).config("inputs = [{ path = \"$/*.jsonl\" }]");
    Map<String, String> before = IngestJob.digests(new Configuration(), config);
    assertThat(before).containsOnlyKeys("inputs", "tokenizer");
    assertThat(IngestJob.digests(new Configuration(), config)).isEqualTo(before);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    Map<String, String> touched = IngestJob.digests(new Configuration(), config);
    assertThat(touched.get("inputs")).isNotEqualTo(before.get("inputs"));
    assertThat(touched.get("tokenizer")).isEqualTo(before.get("tokenizer"));
    Files.writeString(folder.resolve("b.jsonl"), "");
    assertThat(IngestJob.digests(new Configuration(), config).get("inputs"))
        .isNotEqualTo(touched.get("inputs"));
  }
}
