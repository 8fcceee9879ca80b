package io.gradus.jobs.command;

/** {@code gradus rate} as a main class of its own. */
public final class RateMain {
  private RateMain() {}

  public static void main(String[] arguments) {
    Gradus.main("rate", arguments);
  }
}
