package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Deals sources or topics in turn by their tokens, so that each has the same share of every part of
 * the run; each is read as the shape inside says. With rounds, each round reads a part of one group
 * after the other, as in "Evaluating Fine-Tuning Efficiency of Human-Inspired Learning Strategies"
 * (Yang et al., arXiv 2408.07888; 3 rounds there); without, the mixture is as even as the
 * documents' lengths allow (Kaiyuan-2B, arXiv 2512.07612, algorithm 1).
 *
 * @param by what is dealt in turn
 * @param rounds how often each group has its turn; 0 for as often as possible
 * @param inside how each group is read
 */
@JsonTypeName("interleaved")
record Interleaved(Group by, int rounds, Shape inside) implements Shape {
  @Override
  public String title() {
    String turns = rounds == 0 ? "" : " in " + rounds + " rounds";
    return "interleaved by " + Blocked.name(by) + turns + ", inside " + inside.title();
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
    double inGroup = inside.place(document, stretch.ranked(document, groups, group));
    if (rounds == 0) {
      return inGroup;
    }
    RunFacts.Borders borders =
        stretch
            .run()
            .borders(
                this, stretch.depth() + 1, stretch, () -> IntStream.range(0, groups).toArray());
    double round = Math.min(rounds - 1.0, Math.floor(inGroup * rounds));
    return (round + borders.place(group, inGroup * rounds - round)) / rounds;
  }
}
