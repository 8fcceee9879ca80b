package io.gradus.jobs.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import io.gradus.common.job.TooManyBadRecords;
import io.gradus.common.spark.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorruptFilesTest {
  private static final int RECORDS = 20_000;

  @TempDir Path folder;

  /** Lines that do not pack well, so that a cut file still has many of them. */
  private static byte[] lines() {
    Random random = new Random(7);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      lines.append(
          "{\"id\": %d, \"text\": \"%016x%016x\"}\n"
              .formatted(i, random.nextLong(), random.nextLong()));
    }
    return lines.toString().getBytes(UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  /** What a cut file holds: every record up to the position that the sample gives, and no more. */
  private void assertReadUpToTheCut(IngestRun run, IngestResult result, byte[] lines) {
    JsonNode bad = run.badRecords().get(0);
    assertThat(result.dropped()).containsExactly(Map.entry("unreadable", 1L));
    int position = bad.get("position").asInt();
    assertThat(lines[position - 1]).isEqualTo((byte) '\n');
    long before = new String(lines, 0, position, UTF_8).lines().count();
    assertThat(result.table().rows()).isEqualTo(before).isBetween(RECORDS / 3L, RECORDS * 2L / 3);
    assertThat(bad.get("detail").asText()).startsWith("the file is corrupt from here on: ");
  }

  @Test
  void aCutGzipFileIsReadUpToTheCut() throws IOException {
    byte[] lines = lines();
    byte[] packed = gzip(lines);
    Files.write(folder.resolve("a.jsonl.gz"), Arrays.copyOf(packed, packed.length / 2));
    IngestRun run = new IngestRun(folder);
    assertReadUpToTheCut(
        run, run.run("inputs = [{ path = \"$/a.jsonl.gz\" }], max-unreadable-files = 1"), lines);
  }

  @Test
  void whatFollowsADamagedGzipMemberIsNotLostInSilence() throws IOException {
    byte[] lines = lines();
    byte[] first = gzip(Arrays.copyOf(lines, lines.length / 2));
    byte[] second = gzip(Arrays.copyOfRange(lines, lines.length / 2, lines.length));
    second[0] = 0;
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    Files.write(folder.resolve("a.jsonl.gz"), both.toByteArray());
    IngestRun run = new IngestRun(folder);
    assertReadUpToTheCut(
        run, run.run("inputs = [{ path = \"$/a.jsonl.gz\" }], max-unreadable-files = 1"), lines);
  }

  @Test
  void aCutZstdFileIsReadUpToTheCut() throws IOException {
    byte[] lines = lines();
    byte[] packed = Zstd.compress(lines);
    Files.write(folder.resolve("a.jsonl.zst"), Arrays.copyOf(packed, packed.length / 2));
    IngestRun run = new IngestRun(folder);
    assertReadUpToTheCut(
        run, run.run("inputs = [{ path = \"$/a.jsonl.zst\" }], max-unreadable-files = 1"), lines);
  }

  @Test
  void aCutFileStopsTheRunHoweverManyRecordsCameBeforeTheCut() throws IOException {
    byte[] packed = gzip(lines());
    for (int i = 0; i < 7; i++) {
      Files.write(folder.resolve(i + ".jsonl.gz"), Arrays.copyOf(packed, packed.length / 2));
    }
    IngestRun run = new IngestRun(folder);
    assertThatThrownBy(() -> run.run("inputs = [{ path = \"$/*.gz\" }], max-unreadable-files = 6"))
        .isInstanceOf(TooManyBadRecords.class)
        .hasMessageContainingAll(
            "ingest: 7 files cannot be read to their end, more than"
                + " ingest.max-unreadable-files = 6 allows:",
            "file:" + folder + "/0.jsonl.gz",
            "file:" + folder + "/4.jsonl.gz",
            "and 2 more",
            "/output/bad-records.jsonl. Fetch these files again, or raise"
                + " ingest.max-unreadable-files")
        .hasMessageNotContaining("5.jsonl.gz");
    assertThat(run.badRecords()).hasSize(7);
  }

  @Test
  void filesThatAreNotWhatTheirNamesSayAreUnreadable() throws IOException {
    Files.writeString(folder.resolve("good.jsonl"), "{\"text\": \"Good.\"}");
    Files.writeString(folder.resolve("a.jsonl.gz"), "{\"text\": \"Not packed.\"}");
    Files.writeString(folder.resolve("b.jsonl.zst"), "{\"text\": \"Not packed.\"}");
    Files.writeString(folder.resolve("c.parquet"), "not Parquet at all");
    Files.writeString(folder.resolve("d.warc.wet"), "not WARC at all");
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/*.{jsonl,gz,zst,parquet,wet}\" }], max-bad-records = 0.8,"
                + " max-unreadable-files = 4");
    assertThat(result.dropped()).containsExactly(Map.entry("unreadable", 4L));
    assertThat(run.sorted("text")).containsExactly("Good.");
    assertThat(run.badRecords())
        .extracting(bad -> bad.get("position").asLong())
        .containsExactly(0L, 0L, 0L, 0L);
  }

  @Test
  void aCutParquetFileIsUnreadableAndTheOthersAreRead() throws IOException {
    LocalSpark.session()
        .sql("select 'Row.' as text")
        .write()
        .parquet(folder.resolve("p").toString());
    Path whole;
    try (var files = Files.newDirectoryStream(folder.resolve("p"), "*.parquet")) {
      whole = files.iterator().next();
    }
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(folder.resolve("p/cut.parquet"), Arrays.copyOf(bytes, bytes.length - 9));
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/p\" }], max-bad-records = 0.5," + " max-unreadable-files = 1");
    assertThat(result.dropped()).containsExactly(Map.entry("unreadable", 1L));
    assertThat(run.sorted("text")).containsExactly("Row.");
  }

  @Test
  void aWetFileCutInsideARecordKeepsTheRecordsBefore() throws IOException {
    String wet =
        """
        WARC/1.0\r
        WARC-Type: conversion\r
        WARC-Record-ID: <urn:uuid:4a7f3f1c-3d7b-4e5f-9b9a-000000000001>\r
        WARC-Date: 2026-01-02T03:04:05Z\r
        WARC-Target-URI: https://one.org\r
        Content-Type: text/plain\r
        Content-Length: 10\r
        \r
        First page\r
        \r
        WARC/1.0\r
        WARC-Type: conversion\r
        WARC-Record-ID: <urn:uuid:4a7f3f1c-3d7b-4e5f-9b9a-000000000002>\r
        WARC-Date: 2026-01-02T03:04:05Z\r
        WARC-Target-URI: https://two.org\r
        Content-Type: text/plain\r
        Content-Length: 11\r
        \r
        Second\
        """;
    Files.writeString(folder.resolve("a.warc.wet"), wet);
    IngestRun run = new IngestRun(folder);
    IngestResult result =
        run.run(
            "inputs = [{ path = \"$/a.warc.wet\" }], max-bad-records = 0.5,"
                + " max-unreadable-files = 1");
    assertThat(run.sorted("text")).containsExactly("First page");
    assertThat(result.dropped()).containsExactly(Map.entry("unreadable", 1L));
    assertThat(run.badRecords().get(0).get("position").asInt())
        .isEqualTo(wet.lastIndexOf("WARC/1.0"));
  }
}
