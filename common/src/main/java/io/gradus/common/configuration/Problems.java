package io.gradus.common.configuration;

import io.gradus.common.job.UserMistake;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a configuration, gathered so that it can be told at once. */
public final class Problems {
  private final List<String> messages = new ArrayList<>();

  /**
   * Records a problem.
   *
   * @param place the dotted path, with file and line where known
   * @param message what is wrong, and how to mend it
   */
  public void add(String place, String message) {
    messages.add(place + ": " + message);
  }

  public List<String> messages() {
    return List.copyOf(messages);
  }

  /** Does nothing when there is no problem. */
  public void throwIfAny() {
    if (messages.isEmpty()) {
      return;
    }
    String head =
        messages.size() == 1
            ? "The configuration has a problem:"
            : "The configuration has " + messages.size() + " problems:";
    throw new UserMistake(head + "\n  - " + String.join("\n  - ", messages));
  }
}
