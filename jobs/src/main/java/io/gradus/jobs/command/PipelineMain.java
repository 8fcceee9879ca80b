package io.gradus.jobs.command;

/** {@code gradus run}, the whole pipeline, as a main class of its own. */
public final class PipelineMain {
  private PipelineMain() {}

  public static void main(String[] arguments) {
    Gradus.main("run", arguments);
  }
}
