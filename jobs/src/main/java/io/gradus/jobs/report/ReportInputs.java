package io.gradus.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.workspace.Manifest;
import java.util.Map;

/**
 * The small inputs of a report. Manifests and plan are read field by field, so that a stage may
 * gain or lose a field without breaking the report.
 *
 * @param pipeline the pipeline's name
 * @param workspace the root of its outputs, where stages lie under name and fingerprint
 * @param manifests of the finished stages, by stage name; a missing stage is left out of the page,
 *     but {@code calibrate} must be there
 * @param profile of the curriculum
 * @param plan the content of {@code plan.json}
 * @param topics the content of {@code topics.json}; a missing node where there are no topics
 */
public record ReportInputs(
    String pipeline,
    String workspace,
    Map<String, Manifest> manifests,
    CurriculumProfile profile,
    JsonNode plan,
    JsonNode topics) {

  /** A stage's result, or a missing node. */
  JsonNode result(String stage) {
    Manifest manifest = manifests.get(stage);
    return manifest == null ? MissingNode.getInstance() : manifest.result();
  }
}
