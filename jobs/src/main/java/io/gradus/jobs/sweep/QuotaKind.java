package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.selection.Quotas;
import io.gradus.common.selection.Quotas.By;
import io.gradus.common.selection.Quotas.Kind;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One way to divide a budget: {@code none}, or a kind and what the groups are, such as {@code equal
 * by topic}. Shares, minimum, maximum and what happens at a shortage are those of the section
 * {@code sample}.
 *
 * @param by {@link By#SOURCE} for {@link Kind#NONE}
 */
record QuotaKind(Kind kind, By by) implements Serializable {
  static final QuotaKind NONE = new QuotaKind(Kind.NONE, By.SOURCE);

  static QuotaKind of(Quotas quotas) {
    return quotas.kind() == Kind.NONE ? NONE : new QuotaKind(quotas.kind(), quotas.by());
  }

  /**
   * Understands {@code none}, {@code proportional} and {@code equal by topic}.
   *
   * @param by what the groups are where the text does not say so
   * @throws IllegalArgumentException with a message for the user
   */
  static QuotaKind parse(String text, By by) {
    String[] words = text.strip().split("\\s+by\\s+", 2);
    Kind kind = choice(words[0], Kind.values());
    if (kind == Kind.NONE) {
      if (words.length > 1) {
        throw new IllegalArgumentException("'" + text + "': none has no groups; write none");
      }
      return NONE;
    }
    return new QuotaKind(kind, words.length == 1 ? by : choice(words[1], By.values()));
  }

  private static <E extends Enum<E>> E choice(String text, E[] constants) {
    List<String> names = Arrays.stream(constants).map(Section::name).toList();
    int index = names.indexOf(text.strip());
    if (index < 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not one of "
              + String.join(", ", names)
              + Suggestion.nearest(text, names)
                  .map(near -> "; did you mean '" + near + "'?")
                  .orElse(""));
    }
    return constants[index];
  }

  /** The quotas of this kind, with all else as it is now. */
  Quotas with(Quotas now) {
    if (kind == Kind.NONE) {
      return Quotas.NONE;
    }
    return new Quotas(
        kind,
        by,
        kind == Kind.SHARES ? now.shares() : Map.of(),
        by == By.SOURCE_AND_TOPIC ? now.topicKind() : Kind.PROPORTIONAL,
        now.minimum(),
        now.maximum(),
        now.shortage());
  }

  boolean needsTopics() {
    return kind != Kind.NONE && by != By.SOURCE;
  }

  @Override
  public String toString() {
    return kind == Kind.NONE ? "none" : Section.name(kind) + " by " + Section.name(by);
  }
}
