package io.gradus.jobs.ingest;

import java.io.Serializable;

/**
 * Where a record begins.
 *
 * @param path the file
 * @param position a byte offset in the unpacked file, or the number of a row
 * @param unit which of the two
 */
record Place(String path, long position, Unit unit) implements Serializable {
  enum Unit {
    BYTE,
    ROW
  }

  static Place atByte(String path, long offset) {
    return new Place(path, offset, Unit.BYTE);
  }

  static Place atRow(String path, long row) {
    return new Place(path, row, Unit.ROW);
  }
}
