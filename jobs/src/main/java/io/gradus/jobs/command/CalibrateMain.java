package io.gradus.jobs.command;

/** {@code gradus calibrate} as a main class of its own. */
public final class CalibrateMain {
  private CalibrateMain() {}

  public static void main(String[] arguments) {
    Gradus.main("calibrate", arguments);
  }
}
