package io.gradus.jobs.command;

/** {@code gradus sweep} as a main class of its own. */
public final class SweepMain {
  private SweepMain() {}

  public static void main(String[] arguments) {
    Gradus.main("sweep", arguments);
  }
}
