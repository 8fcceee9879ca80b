package io.gradus.common.selection;

import io.gradus.common.selection.Quotas.Kind;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The groups among which a budget is divided, numbered from 0. A group that has no documents has a
 * number all the same.
 */
public final class QuotaGroups implements Serializable {
  private static final long serialVersionUID = 1;

  /** The group of all documents, when there is one budget for all. */
  public static final String ALL = "(all)";

  private enum Level {
    ALL,
    SOURCE,
    TOPIC,
    SOURCE_AND_TOPIC
  }

  private final Level level;
  private final List<String> sources;
  private final int topics;

  private QuotaGroups(Level level, List<String> sources, int topics) {
    this.level = level;
    this.sources = List.copyOf(sources);
    this.topics = topics;
  }

  /**
   * The groups of a configuration.
   *
   * @param sources the names of sources by their numbers
   * @param topics how many topics there are; 0 when there are none
   */
  public static QuotaGroups of(Quotas quotas, List<String> sources, int topics) {
    if (quotas.kind() == Kind.NONE) {
      return new QuotaGroups(Level.ALL, sources, topics);
    }
    return new QuotaGroups(
        switch (quotas.by()) {
          case SOURCE -> Level.SOURCE;
          case TOPIC -> Level.TOPIC;
          case SOURCE_AND_TOPIC -> Level.SOURCE_AND_TOPIC;
        },
        sources,
        topics);
  }

  /** How many groups there are. */
  public int count() {
    return switch (level) {
      case ALL -> 1;
      case SOURCE -> sources.size();
      case TOPIC -> topics;
      case SOURCE_AND_TOPIC -> sources.size() * topics;
    };
  }

  /** The group of a document. */
  public int of(int source, int topic) {
    return switch (level) {
      case ALL -> 0;
      case SOURCE -> source;
      case TOPIC -> topic;
      case SOURCE_AND_TOPIC -> source * topics + topic;
    };
  }

  /** A group's name, such as {@code wiki / topic 3}. */
  public String name(int group) {
    return switch (level) {
      case ALL -> ALL;
      case SOURCE -> sources.get(group);
      case TOPIC -> topic(group);
      case SOURCE_AND_TOPIC -> sources.get(group / topics) + " / " + topic(group % topics);
    };
  }

  /** The names of all groups, by number. */
  List<String> names() {
    return IntStream.range(0, count()).mapToObj(this::name).toList();
  }

  /** The names of the groups of the first level. */
  List<String> outerNames() {
    return IntStream.range(0, outer()).mapToObj(this::outerName).toList();
  }

  /** Whether a document's group depends on its source. */
  public boolean useSources() {
    return level == Level.SOURCE || level == Level.SOURCE_AND_TOPIC;
  }

  /** Whether a document's group depends on its topic. */
  public boolean useTopics() {
    return level == Level.TOPIC || level == Level.SOURCE_AND_TOPIC;
  }

  /** How many groups of the second level each group of the first has; 1 with a single level. */
  int inEach() {
    return level == Level.SOURCE_AND_TOPIC ? topics : 1;
  }

  /** How many groups of the first level there are. */
  int outer() {
    return level == Level.SOURCE_AND_TOPIC ? sources.size() : count();
  }

  /** The name of a group of the first level. */
  String outerName(int outer) {
    return level == Level.SOURCE_AND_TOPIC ? sources.get(outer) : name(outer);
  }

  private static String topic(int topic) {
    return "topic " + topic;
  }
}
