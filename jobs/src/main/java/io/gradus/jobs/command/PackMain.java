package io.gradus.jobs.command;

/** {@code gradus pack} as a main class of its own. */
public final class PackMain {
  private PackMain() {}

  public static void main(String[] arguments) {
    Gradus.main("pack", arguments);
  }
}
