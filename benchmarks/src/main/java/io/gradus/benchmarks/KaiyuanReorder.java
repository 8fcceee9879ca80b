package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Kaiyuan-Spark's InterleavedReorder, in a process that reorders whenever it is asked to. */
final class KaiyuanReorder implements OrderRival {
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final String versions;
  private final String heap;
  private JsonNode last;

  KaiyuanReorder(Path python, Path script, Path source, String selection, Path output, String heap)
      throws IOException {
    this.heap = heap;
    process =
        new ProcessBuilder(
                python.toString(),
                script.toString(),
                "--source",
                source.toString(),
                "--selection",
                selection,
                "--output",
                output.toString(),
                "--heap",
                heap)
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
      throw new IOException("Kaiyuan-Spark has ended; its message stands above");
    }
    return line;
  }

  @Override
  public String name() {
    return "kaiyuan";
  }

  @Override
  public String description() {
    return "InterleavedReorder with " + versions + " local[2], heap limit " + heap;
  }

  @Override
  public Round run() throws IOException {
    questions.write("reorder\n");
    questions.flush();
    last = new JsonMapper().readTree(answer());
    return new Round(last.path("seconds").asDouble(), last.path("processorSeconds").asDouble());
  }

  @Override
  public long rows() {
    return last.path("rows").asLong();
  }

  @Override
  public long peakBytes() {
    return last.path("peakBytes").asLong();
  }

  @Override
  public void close() throws IOException {
    questions.close();
    process.onExit().join();
  }
}
