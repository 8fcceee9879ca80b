package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * QuRating's loop in torch, in a process that has loaded torch and the model before and rates
 * whenever it is asked to.
 */
final class TorchLoop implements RatingRival {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final Path scores;
  private final String versions;
  private JsonNode last = MAPPER.createObjectNode();

  TorchLoop(Path python, Path script, Path model, Path documents, Path scores, int threads)
      throws IOException {
    this.scores = scores;
    process =
        new ProcessBuilder(
                python.toString(),
                script.toString(),
                "--model",
                model.toString(),
                "--documents",
                documents.toString(),
                "--scores",
                scores.toString(),
                "--threads",
                Integer.toString(threads))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    questions =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    versions = answer().replaceFirst("ready ", "");
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("The torch loop has ended; its message stands above");
    }
    return line;
  }

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public String description() {
    return versions + ", QuRating's loop: 512 documents, sorted by length, 16 rows, padded";
  }

  @Override
  public Round run() throws IOException {
    questions.write("rate\n");
    questions.flush();
    last = MAPPER.readTree(answer());
    return new Round(last.path("seconds").asDouble(), last.path("processorSeconds").asDouble());
  }

  /** Chunks, tokens, positions with padding, and seconds of tokenizing in the last round. */
  JsonNode last() {
    return last;
  }

  @Override
  public Map<String, List<Double>> scores() throws IOException {
    Map<String, List<Double>> found = new TreeMap<>();
    for (String line : Files.readAllLines(scores)) {
      JsonNode document = MAPPER.readTree(line);
      List<Double> values = new ArrayList<>();
      document.path("scores").forEach(value -> values.add(value.asDouble()));
      found.put(document.path("id").asText(), values);
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    questions.close();
    process.onExit().join();
  }
}
