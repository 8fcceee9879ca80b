package io.gradus.integration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An attempt of a task that has ended, as Spark's event log has it.
 *
 * @param speculative whether it is a copy of an attempt that was under way
 * @param end Success, or else why not
 * @param launchTime in milliseconds
 * @param finishTime in milliseconds, when the driver heard of it
 */
record TaskAttempt(
    int partition, boolean speculative, String end, long launchTime, long finishTime) {

  /**
   * The attempts of what a method runs on partitions, without the stages that it shuffles in.
   *
   * @param method with its class and package
   */
  static List<TaskAttempt> of(String method, Path eventLog) throws IOException {
    JsonMapper json = new JsonMapper();
    Set<Integer> stages = new HashSet<>();
    List<TaskAttempt> attempts = new ArrayList<>();
    for (String line : Files.readAllLines(eventLog)) {
      JsonNode event = json.readTree(line);
      switch (event.path("Event").asText()) {
        case "SparkListenerStageSubmitted" -> {
          JsonNode stage = event.path("Stage Info");
          if (stage.path("Details").asText().contains(method + "(")) {
            stages.add(stage.path("Stage ID").asInt());
          }
        }
        case "SparkListenerTaskEnd" -> {
          if (stages.contains(event.path("Stage ID").asInt())
              && event.path("Task Type").asText().equals("ResultTask")) {
            attempts.add(of(event));
          }
        }
        default -> {}
      }
    }
    return attempts;
  }

  private static TaskAttempt of(JsonNode taskEnd) {
    JsonNode task = taskEnd.path("Task Info");
    return new TaskAttempt(
        task.path("Partition ID").asInt(),
        task.path("Speculative").asBoolean(),
        taskEnd.at("/Task End Reason/Reason").asText(),
        task.path("Launch Time").asLong(),
        task.path("Finish Time").asLong());
  }
}
