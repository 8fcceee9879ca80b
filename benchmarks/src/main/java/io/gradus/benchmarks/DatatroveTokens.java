package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** datatrove's tokenizer and merger, each round in processes of its own. */
final class DatatroveTokens implements Rival {
  static final String END_OF_TEXT = "[SEP]";

  private final List<String> command;
  private long tokens;

  DatatroveTokens(Path python, Path script, Path texts, Path tokenizer, Path output) {
    command =
        List.of(
            python.toString(),
            script.toString(),
            "--input=" + texts,
            "--tokenizer=" + tokenizer,
            "--end-of-text=" + END_OF_TEXT,
            "--output=" + output,
            "--processes=" + LocalContext.CORES);
  }

  @Override
  public String name() {
    return "datatrove";
  }

  @Override
  public String description() {
    return "DocumentTokenizer in "
        + LocalContext.CORES
        + " processes, then DocumentTokenizerMerger";
  }

  @Override
  public Round run() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("datatrove has failed; its message stands above");
    }
    // Its own progress goes to the same stream.
    JsonNode figures = new JsonMapper().readTree(answer.substring(answer.lastIndexOf('{')));
    tokens = figures.path("tokens").asLong();
    return new Round(
        figures.path("seconds").asDouble(), figures.path("processorSeconds").asDouble());
  }

  /** Tokens that the round before wrote, an end-of-text after each text. */
  long tokens() {
    return tokens;
  }

  @Override
  public void close() {}
}
