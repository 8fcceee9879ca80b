package io.gradus.jobs.command;

/** {@code gradus topics} as a main class of its own. */
public final class TopicsMain {
  private TopicsMain() {}

  public static void main(String[] arguments) {
    Gradus.main("topics", arguments);
  }
}
