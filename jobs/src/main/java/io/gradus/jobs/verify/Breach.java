package io.gradus.jobs.verify;

/**
 * Something that is not as it should be.
 *
 * @param check which check found it
 * @param file relative to the pack stage's directory, or the table that is at fault
 * @param place where in the file
 * @param problem what is wrong, with the values found and expected
 */
public record Breach(Check check, String file, String place, String problem) {
  @Override
  public String toString() {
    return file + (place.isEmpty() ? "" : ", " + place) + ": " + problem;
  }
}
