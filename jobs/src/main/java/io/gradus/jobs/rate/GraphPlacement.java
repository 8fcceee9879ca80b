package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * On which device the operators of a graph have really run. ONNX Runtime silently gives to the
 * processor what a provider does not know, and an operator without a kernel on the GPU, say of a
 * quantised graph, can make a rater ten times slower. Its own switch against that ({@code
 * session.disable_cpu_ep_fallback}) refuses most graphs, since it counts the computation of shapes,
 * which belongs on the processor; its Java interface does not tell the assignment; but the profile
 * of a run does.
 *
 * @param onProcessor the share of the bytes of weights and results that were the processor's work
 * @param operators what the processor ran
 */
record GraphPlacement(double onProcessor, Set<String> operators) {
  /** Shapes and masks take a few hundredths at the most, a single matrix product more. */
  private static final double MOST = 0.1;

  GraphPlacement {
    operators = Set.copyOf(operators);
  }

  /** Makes a session's runs be recorded, up to {@link #read}; nothing for the processor. */
  static void record(OrtSession.SessionOptions options, Device device, Path folder)
      throws OrtException {
    if (device.isGpu()) {
      options.enableProfiling(folder.resolve("placement").toString());
    }
  }

  /** Ends the recording of a session that has run at least once, and removes the record. */
  static GraphPlacement read(OrtSession session) throws OrtException {
    Path file = Path.of(session.endProfiling());
    try {
      JsonNode events = new JsonMapper().readTree(file.toFile());
      Files.delete(file);
      return of(events);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The placement that the events of a profile tell. */
  static GraphPlacement of(JsonNode events) {
    long processor = 0;
    long all = 0;
    Set<String> operators = new TreeSet<>();
    for (JsonNode event : events) {
      JsonNode facts = event.path("args");
      if (!event.path("cat").asText().equals("Node") || !facts.has("provider")) {
        continue;
      }
      long bytes = facts.path("output_size").asLong() + facts.path("parameter_size").asLong();
      all += bytes;
      if (facts.path("provider").asText().equals("CPUExecutionProvider")) {
        processor += bytes;
        operators.add(facts.path("op_name").asText());
      }
    }
    // Nothing recorded is nothing proven.
    return new GraphPlacement(all == 0 ? 1 : (double) processor / (double) all, operators);
  }

  /**
   * Throws {@link UserMistake} when the device has not done the work.
   *
   * @param file the graph, for the message
   */
  void check(Device device, String file) {
    if (onProcessor > MOST) {
      throw new UserMistake(
          String.format(
              Locale.ROOT,
              "%s: rate.device.provider = %s, but %.0f %% of the graph (bytes of weights and"
                  + " results) ran on the processor, for which alone ONNX Runtime has these"
                  + " operators: %s. Take an fp32 or fp16 bundle, since quantised graphs are for"
                  + " processors, or set rate.device.provider = cpu.",
              file,
              Section.name(device.provider()),
              100 * onProcessor,
              new TreeSet<>(operators)));
    }
  }
}
