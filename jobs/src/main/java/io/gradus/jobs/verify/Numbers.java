package io.gradus.jobs.verify;

/** Compares numbers that are said of one place. */
final class Numbers {
  private final Check check;
  private final String file;
  private final String place;
  private final Findings findings;
  private boolean agree = true;

  Numbers(Check check, String file, String place, Findings findings) {
    this.check = check;
    this.file = file;
    this.place = place;
    this.findings = findings;
  }

  void check(String what, long found, long expected) {
    if (found != expected) {
      agree = false;
      findings.breach(
          check, file, place, String.format("%s: %,d instead of %,d", what, found, expected));
    }
  }

  /** Whether all of them were equal so far. */
  boolean agree() {
    return agree;
  }
}
