package io.gradus.jobs.verify;

import java.util.List;

/**
 * What was checked and what was found.
 *
 * @param documents rows of the order that were walked through
 * @param tokens stream tokens that were walked through, in each format
 * @param bytes bytes that were read and digested, in all formats
 * @param digestedInParts files whose own SHA-256 was not computed, since those of all their parts
 *     were
 * @param checks every check with its counts
 * @param breachCount all breaches
 * @param breaches the first of them
 */
public record VerifyResult(
    long documents,
    long tokens,
    long bytes,
    List<String> digestedInParts,
    List<Count> checks,
    long breachCount,
    List<Breach> breaches) {
  /** The file beside the manifest that holds this result. */
  public static final String FILE = "verification.json";

  /**
   * One check's counts.
   *
   * @param checked how many things it looked at: files, documents, rows or tokens
   * @param breaches how many of them were wrong
   */
  public record Count(Check check, long checked, long breaches) {}

  static VerifyResult of(
      long documents,
      long tokens,
      long bytes,
      List<String> digestedInParts,
      Findings.Summary findings) {
    return new VerifyResult(
        documents,
        tokens,
        bytes,
        digestedInParts,
        Check.OF_SHARDS.stream()
            .map(
                check ->
                    new Count(
                        check,
                        findings.checked().getOrDefault(check, 0L),
                        findings.wrong().getOrDefault(check, 0L)))
            .toList(),
        findings.wrong().values().stream().mapToLong(Long::longValue).sum(),
        findings.breaches());
  }

  /** Whether the shards may be trained on. */
  public boolean passed() {
    return breachCount == 0;
  }
}
