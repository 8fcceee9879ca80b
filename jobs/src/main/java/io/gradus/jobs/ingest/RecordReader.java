package io.gradus.jobs.ingest;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Reads the records of one split, one after the other. */
interface RecordReader extends Closeable {
  /**
   * The next record's outcome, or nothing at the end.
   *
   * @throws IOException when the file is corrupt: nothing more can be read from it
   */
  Optional<Outcome> next() throws IOException;

  /**
   * Where the record that was read last, or that could not be read, begins in the unpacked file.
   */
  long position();
}
