package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.ingest.IngestConfig.Format;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class IngestConfigTest {
  private static IngestConfig read(String hocon) {
    return IngestRun.config(hocon, Path.of("/etc/gradus"));
  }

  @Test
  void defaults() {
    assertThat(read("inputs = [{ path = \"raw/wiki.jsonl.zst\" }]"))
        .isEqualTo(
            new IngestConfig(
                List.of(
                    new Input(
                        "/etc/gradus/raw/wiki.jsonl.zst",
                        Format.AUTO,
                        "wiki",
                        "",
                        "text",
                        "id",
                        "")),
                "gpt2",
                "",
                0.01,
                0,
                64L << 20,
                0));
  }

  @Test
  void everyKey() {
    assertThat(
            read(
                """
                inputs = [
                  { path = "raw/*.jsonl", source = wiki, format = jsonl }
                  { path = cc, source-field = meta.domain, text-field = body, id-field = url,
                    tokens-field = input_ids, format = parquet }
                ]
                tokenizer = "models/tokenizer.json"
                end-of-text = "<stop>"
                max-bad-records = 0.2
                max-unreadable-files = 3
                max-record-size = 1MiB
                buckets = 12
                """))
        .isEqualTo(
            new IngestConfig(
                List.of(
                    new Input(
                        "/etc/gradus/raw/*.jsonl", Format.JSONL, "wiki", "", "text", "id", ""),
                    new Input(
                        "/etc/gradus/cc",
                        Format.PARQUET,
                        "",
                        "meta.domain",
                        "body",
                        "url",
                        "input_ids")),
                "/etc/gradus/models/tokenizer.json",
                "<stop>",
                0.2,
                3,
                1L << 20,
                12));
  }

  @Test
  void allProblemsComeAtOnce() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    inputs = [
                      { path = a, source = s, source-field = f }
                      { path = b, format = text, tokens-field = ids, source-field = f }
                      { pth = c, format = jsnl }
                    ]
                    tokenizer = gpt3
                    max-bad-records = 2
                    max-record-size = big
                    buckets = 0
                    """))
        .isInstanceOf(UserMistake.class)
        .hasMessageContainingAll(
            "The configuration has 10 problems:",
            "ingest.inputs[0].source",
            "give either 'source' or 'source-field', not both",
            "ingest.inputs[1].tokens-field",
            "ingest.inputs[1].source-field",
            "a record of format 'text' has no fields; leave it out",
            "ingest.inputs[2].path",
            "missing; give text",
            "ingest.inputs[2].pth",
            "did you mean 'path'?",
            "'jsnl' is not one of auto, jsonl, parquet, text, wet; did you mean 'jsonl'?",
            "unknown tokenizer 'gpt3'; did you mean 'gpt2'? Built in are gpt2, cl100k, o200k; any"
                + " other by the path of its tokenizer.json",
            "ingest.max-bad-records",
            "'2' must be between 0 and 1",
            "'big' is not a size such as 4096, 512KiB, 64MiB or 2GB",
            "ingest.buckets");
  }

  @Test
  void inputsAreCompulsory() {
    assertThatThrownBy(() -> read(""))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("ingest.inputs")
        .hasMessageContaining("missing; give a list such as");
    assertThatThrownBy(() -> read("inputs = []"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("empty; give at least one { path = ... }");
  }

  @Test
  void aBuiltInTokenizerHasItsOwnEndOfText() {
    assertThatThrownBy(() -> read("inputs = [{ path = a }], end-of-text = \"</s>\""))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("'gpt2' has its own end of text");
  }

  @Test
  void aSourceIsNamedAfterFolderOrFile() {
    assertThat(SourceName.fromPath("raw/wiki.jsonl.zst")).isEqualTo("wiki");
    assertThat(SourceName.fromPath("s3a://bucket/cc/*.parquet")).isEqualTo("cc");
    assertThat(SourceName.fromPath("/data/books/")).isEqualTo("books");
    assertThat(SourceName.fromPath("*.txt")).isEqualTo("default");
  }
}
