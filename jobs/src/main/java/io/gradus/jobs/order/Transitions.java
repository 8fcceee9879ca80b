package io.gradus.jobs.order;

/**
 * The neighbourhoods of the borders between equal sections of a sorted run, in which saw and stair
 * fold. One that would begin inside the one before it begins at its end.
 */
final class Transitions {
  private Transitions() {}

  /** One neighbourhood, from a place to a place. */
  private record Transition(double from, double to) {}

  /** How documents in a transition are read, as a place in it. */
  @FunctionalInterface
  interface Fold {
    double place(int layer, double placeInTransition);
  }

  /**
   * The place of a document: as it was outside of transitions, folded inside of them.
   *
   * @param sorted its place in the sorted run
   */
  static double place(double sorted, int sections, double radius, int layer, Fold fold) {
    double cursor = 0;
    for (int section = 1; section < sections; section++) {
      double border = (double) section / sections;
      Transition transition =
          new Transition(Math.max(cursor, border - radius), Math.min(1, border + radius));
      if (sorted < transition.from()) {
        return sorted;
      }
      if (sorted < transition.to()) {
        double length = transition.to() - transition.from();
        double inside = (sorted - transition.from()) / length;
        return transition.from() + length * fold.place(layer, inside);
      }
      cursor = transition.to();
    }
    return sorted;
  }
}
