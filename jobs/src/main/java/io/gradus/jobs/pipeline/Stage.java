package io.gradus.jobs.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.job.JobContext;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One stage as the pipeline sees it.
 *
 * @param name the command and the folder
 * @param formatVersion raised whenever the output changes for the same input and configuration
 * @param configuration the stage's own configuration
 * @param inputs the stages that it reads
 * @param digests of the files, models and tokenizers that it reads
 * @param seed the pipeline's seed where chance plays a part, else 0
 * @param body what it does
 */
record Stage(
    String name,
    int formatVersion,
    Object configuration,
    List<String> inputs,
    Supplier<Map<String, String>> digests,
    long seed,
    Body body) {

  /** The work of a stage. */
  @FunctionalInterface
  interface Body {
    Outcome run(JobContext context, Inputs inputs, StageDirectory output);
  }

  /**
   * What a stage hands back.
   *
   * @param result the record that goes into the manifest
   * @param summary a sentence for people
   */
  record Outcome(Object result, String summary) {}

  /**
   * The finished stages before this one.
   *
   * @param directories by stage name
   * @param manifests by stage name
   */
  record Inputs(Map<String, StageDirectory> directories, Map<String, Manifest> manifests) {

    /** A stage's output with the descriptor of its table. */
    <T> Finished<T> finished(String stage, Class<T> table) {
      JsonNode descriptor = manifests.get(stage).result().path("table");
      return new Finished<>(directories.get(stage), Json.read(descriptor, table));
    }
  }
}
