package io.gradus.jobs.command;

/** {@code gradus order} as a main class of its own. */
public final class OrderMain {
  private OrderMain() {}

  public static void main(String[] arguments) {
    Gradus.main("order", arguments);
  }
}
