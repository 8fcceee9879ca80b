package io.gradus.common.workspace;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;

/**
 * What a finished stage says about its output. It is written last, so its existence means that the
 * output is complete.
 *
 * @param stage the stage's name
 * @param formatVersion the version of the stage's output format
 * @param fingerprint the directory's name, 16 hexadecimal digits
 * @param configuration the stage's own configuration, as it was resolved
 * @param inputs the fingerprint of each stage that this one read, by stage name
 * @param digests SHA-256 of models and tokenizers, and the digest of the raw input list
 * @param seed the pipeline's seed
 * @param started when the run that finished the stage began it
 * @param finished when the stage was finished
 * @param cores that tasks ran on; 0 in manifests of versions that did not say
 * @param versions of Gradus, Spark, Java and the libraries that bytes depend on
 * @param summary what the stage did, in a sentence for people
 * @param result the stage's result record
 */
public record Manifest(
    String stage,
    int formatVersion,
    String fingerprint,
    JsonNode configuration,
    Map<String, String> inputs,
    Map<String, String> digests,
    long seed,
    Instant started,
    Instant finished,
    int cores,
    Map<String, String> versions,
    String summary,
    JsonNode result) {

  /** The stage's result as the record that the stage wrote, or as a narrower record. */
  public <T> T result(Class<T> type) {
    return Json.read(result, type);
  }
}
