package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphPlacementTest {
  private static final Device GPU = new Device(DeviceConfig.Provider.CUDA, 0);

  @TempDir Path folder;

  @Test
  void aRealSessionOnTheProcessorIsFoundOut() throws IOException, OrtException {
    Path model = TinyBundle.write(folder.resolve("bundle")).resolve("model.onnx");
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      GraphPlacement.record(options, GPU, folder);
      try (OrtSession session = environment.createSession(model.toString(), options);
          OnnxTensor ids = OnnxTensor.createTensor(environment, new long[][] {{3, 4}})) {
        session.run(Map.of("input_ids", ids)).close();
        GraphPlacement placement = GraphPlacement.read(session);
        assertThat(placement.onProcessor()).isEqualTo(1.0);
        assertThat(placement.operators()).containsExactly("Gather");
        assertThatThrownBy(() -> placement.check(GPU, "tiny/model.onnx"))
            .isInstanceOf(UserMistake.class)
            .hasMessageStartingWith(
                "tiny/model.onnx: rate.device.provider = cuda, but 100 % of the graph")
            .hasMessageContainingAll("[Gather]", "Take an fp32 or fp16 bundle");
        session.run(Map.of("input_ids", ids)).close();
      }
    }
    assertThat(folder.toFile().list()).containsExactly("bundle");
  }

  @Test
  void shapesMayBeTheProcessorsWork() throws JsonProcessingException {
    GraphPlacement placement =
        GraphPlacement.of(
            new JsonMapper()
                .readTree(
                    """
                    [ { "cat": "Session", "name": "model_run", "args": {} },
                      { "cat": "Node", "args": { "provider": "CPUExecutionProvider",
                        "op_name": "Shape", "output_size": "16", "parameter_size": "0" } },
                      { "cat": "Node", "args": { "provider": "CUDAExecutionProvider",
                        "op_name": "MatMul", "output_size": "3000", "parameter_size": "5984" } } ]
                    """));
    assertThat(placement.onProcessor()).isEqualTo(16.0 / 9000);
    assertThat(placement.operators()).containsExactly("Shape");
    assertThatCode(() -> placement.check(GPU, "model.onnx")).doesNotThrowAnyException();
  }

  @Test
  void aRecordWithoutRunsProvesNothing() throws JsonProcessingException {
    GraphPlacement placement = GraphPlacement.of(new JsonMapper().readTree("[]"));
    assertThatThrownBy(() -> placement.check(GPU, "model.onnx"))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("100 % of the graph");
  }
}
