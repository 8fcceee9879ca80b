package io.gradus.jobs.command;

/** {@code gradus advise} as a main class of its own. */
public final class AdviseMain {
  private AdviseMain() {}

  public static void main(String[] arguments) {
    Gradus.main("advise", arguments);
  }
}
