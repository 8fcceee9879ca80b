package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * A piece of a file: the records that begin in [start, end), bytes as they lie in storage. Only
 * unpacked JSONL is ever cut; every other file is one piece.
 */
record Split(InputFile file, long start, long end) implements Serializable {
  long length() {
    return end - start;
  }
}
