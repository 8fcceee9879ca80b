package io.gradus.jobs.ingest;

import java.io.Serializable;

/** What became of one record: a document, or a bad record. */
sealed interface Outcome extends Serializable permits Document, BadRecord {
  /** The record's source, or {@link BadRecord#UNKNOWN_SOURCE}. */
  String source();
}
