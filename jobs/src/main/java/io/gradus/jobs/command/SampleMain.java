package io.gradus.jobs.command;

/** {@code gradus sample} as a main class of its own. */
public final class SampleMain {
  private SampleMain() {}

  public static void main(String[] arguments) {
    Gradus.main("sample", arguments);
  }
}
