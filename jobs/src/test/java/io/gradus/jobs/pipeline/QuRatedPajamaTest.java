package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code conf/quratedpajama.conf} as it stands, on a few made-up rows of that data set's columns.
 */
class QuRatedPajamaTest {
  private static final int ROWS = 200;
  private static final int TOKENS = 64;
  private static final int VOCABULARY = 32_000;

  @TempDir Path folder;

  @Test
  void ratingsAndTokensOfTheCorpusBecomeACurriculum() throws IOException {
    Files.copy(Path.of("../conf/quratedpajama.conf"), folder.resolve("quratedpajama.conf"));
    writeCorpus();
    writeTokenizer();
    PipelineConfig config =
        PipelineConfig.read(
            folder.resolve("quratedpajama.conf"),
            List.of("sample.tokens=50%", "pack.sequence-length=32", "pack.shard-tokens=1k"));
    Pipeline pipeline = Pipeline.of(config, new Configuration());
    pipeline.prepare();
    pipeline.run(LocalSpark.context(), "report");
    assertThat(result("ingest").at("/table/tokens").asLong()).isEqualTo(ROWS * TOKENS);
    assertThat(result("ingest").at("/table/rows").asLong()).isEqualTo(ROWS);
    assertThat(result("rate").at("/table/criteria"))
        .extracting(JsonNode::asText)
        .containsExactly(
            "educational_value", "facts_and_trivia", "required_expertise", "writing_style");
    assertThat(result("sample").at("/table/tokens").asLong()).isEqualTo(ROWS * TOKENS / 2);
    assertThat(result("sample").at("/shortGroups").asInt()).isZero();
    assertThat(result("verify").at("/breachCount").asInt()).isZero();
  }

  private JsonNode result(String stage) {
    return Workspace.at(folder.resolve("workspace").toString(), new Configuration())
        .finished(stage)
        .get(0)
        .result();
  }

  /** Three rows of C4 for each of GitHub. */
  private void writeCorpus() {
    StructType schema =
        new StructType()
            .add("source_domain", DataTypes.StringType)
            .add("text", DataTypes.StringType)
            .add("input_ids", DataTypes.createArrayType(DataTypes.IntegerType))
            .add("length", DataTypes.LongType)
            .add("writing_style_average", DataTypes.DoubleType)
            .add("required_expertise_average", DataTypes.DoubleType)
            .add("facts_and_trivia_average", DataTypes.DoubleType)
            .add("educational_value_average", DataTypes.DoubleType);
    List<Row> rows = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      int first = row * TOKENS;
      List<Integer> tokens =
          IntStream.range(first, first + TOKENS)
              .map(id -> 3 + id % (VOCABULARY - 3))
              .boxed()
              .toList();
      double rating = Math.sin(row) * 4;
      rows.add(
          RowFactory.create(
              row % 4 == 0 ? "RedPajamaGithub" : "RedPajamaC4",
              "document " + row,
              tokens,
              (long) TOKENS,
              rating,
              -rating,
              rating / 2,
              rating + 1));
    }
    LocalSpark.session()
        .createDataFrame(rows, schema)
        .coalesce(2)
        .write()
        .parquet(folder.resolve("raw/quratedpajama").toString());
  }

  /** A vocabulary of Llama 2's size, whose words stand for nothing. */
  private void writeTokenizer() throws IOException {
    List<String> words = new ArrayList<>(List.of("\"<unk>\": 0", "\"<s>\": 1", "\"</s>\": 2"));
    IntStream.range(3, VOCABULARY).forEach(id -> words.add("\"word" + id + "\": " + id));
    Files.createDirectories(folder.resolve("raw/llama-2"));
    Files.writeString(
        folder.resolve("raw/llama-2/tokenizer.json"),
        """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
         "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": null, "decoder": null,
         "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {%s}}}
        """
            .formatted(String.join(", ", words)));
  }
}
