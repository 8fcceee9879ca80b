package io.gradus.jobs.rate;

import io.gradus.common.table.RatingsTable;
import java.util.List;
import java.util.Map;

/**
 * What the stage did.
 *
 * @param table the ratings table
 * @param raters what each rater did, in the configuration's order
 * @param quarantined how often a rater left a document without a score, by reason, over all raters
 * @param work what this run did on each executor and device; nothing of what earlier runs did
 */
public record RateResult(
    RatingsTable table,
    List<RaterResult> raters,
    Map<String, Long> quarantined,
    List<DeviceResult> work) {

  /** Documents that this run rated, the most of any rater. */
  public long documentsRated() {
    return raters.stream().mapToLong(RaterResult::documentsRated).max().orElse(0);
  }

  /** Documents whose scores this run took over, the most of any rater. */
  public long documentsTakenOver() {
    return raters.stream().mapToLong(RaterResult::documentsTakenOver).max().orElse(0);
  }

  /**
   * What one device of one executor did.
   *
   * @param executor Spark's name for it
   * @param device such as {@code cpu} or {@code gpu 0}
   * @param documents rated
   * @param tokens of these documents, in the training tokenizer's tokens
   * @param raterTokens that went through models, special tokens included
   * @param paddingShare of the positions that went through models, from 0 to 1
   * @param batches runs of models
   * @param halvings batches that did not fit into memory and were halved
   * @param raterTokensPerSecond over the whole time of rating
   * @param busySeconds inside models, summed over the threads that run them
   * @param queueWaitSeconds of batches, summed
   */
  public record DeviceResult(
      String executor,
      String device,
      long documents,
      long tokens,
      long raterTokens,
      double paddingShare,
      long batches,
      long halvings,
      double raterTokensPerSecond,
      double busySeconds,
      double queueWaitSeconds) {}

  /**
   * What one rater did.
   *
   * @param name the rater's name
   * @param version the rater's version
   * @param licence the licence of its model
   * @param kind such as {@code onnx-embedding}, {@code fasttext} or {@code column}
   * @param precision of the model's weights; empty without a model
   * @param library the library and version that scores depend on; empty without a library
   * @param digest SHA-256 of the bundle's {@code rater.json} or of the fastText model; empty
   *     without
   * @param batchTokens the most positions that went through the model together; 0 without a model
   * @param fingerprint names the folder that holds this rater's own files
   * @param criteria its columns in the table
   * @param documents with a score
   * @param chunks pieces of text that were rated
   * @param tokens tokens of the rater's own tokenizer that were rated; 0 where it has none
   * @param bucketsRated buckets that this run rated
   * @param bucketsReused buckets that an earlier run had rated
   * @param documentsRated documents that this run rated
   * @param documentsTakenOver documents whose scores this run took from those of an earlier
   *     documents table
   * @param quarantined documents without a score, by reason
   */
  public record RaterResult(
      String name,
      String version,
      String licence,
      String kind,
      String precision,
      String library,
      String digest,
      int batchTokens,
      String fingerprint,
      List<String> criteria,
      long documents,
      long chunks,
      long tokens,
      int bucketsRated,
      int bucketsReused,
      long documentsRated,
      long documentsTakenOver,
      Map<String, Long> quarantined) {}
}
