package io.gradus.jobs.command;

/** {@code gradus report} as a main class of its own. */
public final class ReportMain {
  private ReportMain() {}

  public static void main(String[] arguments) {
    Gradus.main("report", arguments);
  }
}
