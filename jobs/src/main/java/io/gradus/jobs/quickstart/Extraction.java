package io.gradus.jobs.quickstart;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Turns an artifact into the raw files of one source; a record, so that its {@code toString} tells
 * what was taken.
 */
interface Extraction {
  /** Writes into {@code folder}, which exists and is empty. */
  void extract(ArtifactEntries artifact, Path folder) throws IOException;
}
