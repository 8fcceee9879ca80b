package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.gradus.common.job.UserMistake;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One source or topic after the other, each read as the shape inside says. Blocked learning in
 * "Evaluating Fine-Tuning Efficiency of Human-Inspired Learning Strategies" (Yang et al., arXiv
 * 2408.07888).
 *
 * @param by what makes a block
 * @param sequence sources in the order in which they are read; those that are not named come after
 *     them, by name
 * @param inside how each block is read
 */
@JsonTypeName("blocked")
record Blocked(Group by, List<String> sequence, Shape inside) implements Shape {
  Blocked {
    sequence = List.copyOf(sequence);
  }

  @Override
  public String title() {
    return "blocked by " + name(by) + ", inside " + inside.title();
  }

  static String name(Group by) {
    return by == Group.SOURCE ? "source" : "topic";
  }

  @Override
  public List<Shape> insides() {
    return List.of(inside);
  }

  @Override
  public int rankings() {
    return 1 + inside.rankings();
  }

  @Override
  public boolean needsTopics() {
    return by == Group.TOPIC || inside.needsTopics();
  }

  @Override
  public void check(List<String> sources, int topics) {
    by.check(topics);
    for (String name : sequence) {
      if (!sources.contains(name)) {
        throw new UserMistake(
            "order.shape: blocked.sequence names '"
                + name
                + "', which is no source of the selection. Sources are: "
                + sources.stream().limit(20).collect(Collectors.joining(", "))
                + (sources.size() > 20 ? ", ..." : "")
                + ".");
      }
    }
    inside.check(sources, topics);
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    int groups = by.count(stretch.run());
    int group = by.of(document, stretch.run());
    if (stretch.nextIsMissing(document)) {
      document.ask(stretch.numberOf(groups, group), stretch.value().of(document));
      return true;
    }
    return inside.ask(document, stretch.ranked(document, groups, group));
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    int groups = by.count(stretch.run());
    int group = by.of(document, stretch.run());
    double inBlock = inside.place(document, stretch.ranked(document, groups, group));
    return stretch
        .run()
        .borders(this, stretch.depth() + 1, stretch, () -> blocks(stretch.run()))
        .place(group, inBlock);
  }

  private int[] blocks(RunFacts run) {
    if (by == Group.TOPIC) {
      return IntStream.range(0, by.count(run)).toArray();
    }
    Map<String, Integer> numbers = new LinkedHashMap<>();
    sequence.forEach(name -> numbers.put(name, run.sources().indexOf(name)));
    // Sources are numbered by their names.
    for (int source = 0; source < run.sources().size(); source++) {
      numbers.putIfAbsent(run.sources().get(source), source);
    }
    return numbers.values().stream().mapToInt(Integer::intValue).toArray();
  }
}
