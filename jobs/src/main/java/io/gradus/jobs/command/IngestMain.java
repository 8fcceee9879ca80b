package io.gradus.jobs.command;

/** {@code gradus ingest} as a main class of its own. */
public final class IngestMain {
  private IngestMain() {}

  public static void main(String[] arguments) {
    Gradus.main("ingest", arguments);
  }
}
