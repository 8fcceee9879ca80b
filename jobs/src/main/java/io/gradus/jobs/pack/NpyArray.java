package io.gradus.jobs.pack;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The head of a NumPy array file, format version 1.0 (NEP 1), byte for byte as NumPy saves it. */
final class NpyArray {
  private static final int ALIGNMENT = 64;

  /** Room that NumPy leaves for the first axis to grow. */
  private static final int LENGTH_DIGITS = 21;

  private NpyArray() {}

  /**
   * Writes what comes before the values of an array of one or two dimensions.
   *
   * @param type such as {@code <i4}
   * @param length of the first axis
   * @param otherAxes what follows the first axis in the shape's tuple: nothing, or such as {@code "
   *     2"}
   */
  static void writeHead(OutputStream out, String type, long length, String otherAxes)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append("{'descr': '").append(type).append("', 'fortran_order': False, 'shape': (");
    head.append(length).append(',').append(otherAxes).append("), }");
    head.append(" ".repeat(LENGTH_DIGITS - Long.toString(length).length()));
    int fixed = 8 + 2;
    head.append(" ".repeat(ALIGNMENT - (fixed + head.length() + 1) % ALIGNMENT)).append('\n');
    out.write(0x93);
    out.write("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII));
    out.write(head.length() & 0xff);
    out.write(head.length() >>> 8);
    out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
  }
}
