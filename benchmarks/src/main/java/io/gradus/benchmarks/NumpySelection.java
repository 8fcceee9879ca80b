package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The selection in NumPy, each round in a process of its own. */
final class NumpySelection implements SelectionRival {
  private final List<String> command;
  private JsonNode last;
  private long peakBytes;

  NumpySelection(
      Path python,
      Path script,
      SelectionTask task,
      StageDirectory ratings,
      Optional<StageDirectory> topics,
      Path output) {
    command =
        new ArrayList<>(
            List.of(
                python.toString(),
                script.toString(),
                "--ratings",
                table(ratings),
                "--criterion",
                SelectionTask.CRITERION,
                "--temperature",
                Double.toString(SelectionTask.TEMPERATURE),
                "--share",
                task.share().toPlainString(),
                "--by",
                task.by().text(),
                "--output",
                output.toString()));
    topics.ifPresent(
        directory -> {
          command.add("--topics");
          command.add(table(directory));
        });
  }

  private static String table(StageDirectory directory) {
    return directory.table().toUri().getPath();
  }

  @Override
  public String name() {
    return "numpy";
  }

  @Override
  public String description() {
    return last.path("versions").asText() + ", a process for each round, its start not counted";
  }

  @Override
  public Round run() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("The selection in NumPy has failed; its message stands above");
    }
    last = new JsonMapper().readTree(answer);
    peakBytes = Math.max(peakBytes, last.path("peakBytes").asLong());
    return new Round(last.path("seconds").asDouble(), last.path("processorSeconds").asDouble());
  }

  @Override
  public Selected selected() {
    return new Selected(
        last.path("documents").asLong(),
        last.path("tokens").asLong(),
        last.path("meanScore").asDouble());
  }

  @Override
  public long peakBytes() {
    return peakBytes;
  }

  @Override
  public void close() {}
}
