package io.gradus.jobs.ingest;

/** Thrown while a record is examined, to be caught where its place is known. */
final class Rejected extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  Rejected(Reason reason, String detail) {
    // Bad records may be many: no stack trace.
    super(detail, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
