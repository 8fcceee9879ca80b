package io.gradus.jobs.command;

/** {@code gradus verify} as a main class of its own. */
public final class VerifyMain {
  private VerifyMain() {}

  public static void main(String[] arguments) {
    Gradus.main("verify", arguments);
  }
}
