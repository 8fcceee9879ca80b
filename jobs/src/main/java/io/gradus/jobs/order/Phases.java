package io.gradus.jobs.order;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.NamePattern;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One phase after the other, each drawing its documents from a pool, with a mixture of its own. The
 * multi-phase pretraining of Kaiyuan-2B (arXiv 2512.07612): five phases whose pools narrow to the
 * best of each source.
 *
 * <p>Every document is read in one phase. Documents of a source that the same phases may take are
 * dealt to these by chance, by tokens, so that phases get their shares and mixtures as {@link
 * Apportionment} finds them; what is dealt is met to within one document for each source and pool.
 *
 * @param phases in the order in which they are read
 */
@JsonTypeName("phases")
record Phases(List<Phase> phases) implements Shape {

  /**
   * One phase.
   *
   * @param name for people
   * @param share of the tokens of the run
   * @param pool by pattern of source, the best share of it that the phase may take; empty for
   *     everything
   * @param mixture by pattern of source, its share of the phase; empty for none
   * @param shape how the phase is read
   */
  record Phase(
      String name, double share, Map<String, Double> pool, Map<String, Double> mixture, Shape shape)
      implements Serializable {
    Phase {
      pool = Collections.unmodifiableMap(new TreeMap<>(pool));
      mixture = Collections.unmodifiableMap(new TreeMap<>(mixture));
    }

    /** The best share of a source that the phase may take; 0 when it takes nothing of it. */
    double bestOf(String source) {
      if (!mixture.isEmpty() && named(mixture, source).isEmpty()) {
        return 0;
      }
      return pool.isEmpty() ? 1 : named(pool, source).map(pool::get).orElse(0.0);
    }

    private static Optional<String> named(Map<String, Double> byPattern, String source) {
      List<NamePattern> patterns = byPattern.keySet().stream().map(NamePattern::new).toList();
      return NamePattern.mostSpecific(patterns, source).map(NamePattern::text);
    }

    /** What part of the mixture a source counts to; the only one without a mixture. */
    private int partOf(String source) {
      return named(mixture, source).map(List.copyOf(mixture.keySet())::indexOf).orElse(0);
    }

    private double[] parts() {
      return mixture.isEmpty()
          ? new double[] {1}
          : mixture.values().stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  Phases {
    phases = List.copyOf(phases);
  }

  @Override
  public String title() {
    return phases.stream()
        .map(
            phase ->
                phase.name() + " " + Titles.percent(phase.share()) + " " + phase.shape().title())
        .collect(Collectors.joining("; ", phases.size() + " phases (", ")"));
  }

  @Override
  public List<Shape> insides() {
    return phases.stream().map(Phase::shape).toList();
  }

  @Override
  public int rankings() {
    return 2 + phases.stream().mapToInt(phase -> phase.shape().rankings()).max().orElse(0);
  }

  @Override
  public void check(List<String> sources, int topics) {
    for (String source : sources) {
      double best = phases.stream().mapToDouble(phase -> phase.bestOf(source)).max().orElse(0);
      if (best < 1) {
        throw new UserMistake(
            "order.shape: no phase takes "
                + (best == 0 ? "" : "the poorest " + Titles.percent(1 - best) + " of ")
                + "source '"
                + source
                + "', and what is selected has to be read. Let the pool and the mixture of one"
                + " phase take all of it (a pool of '*' = 100% does), or leave it out in sample.");
      }
    }
    insides().forEach(shape -> shape.check(sources, topics));
  }

  @Override
  public boolean ask(RankedDocument document, Stretch stretch) {
    int dealing = stretch.depth() + 1;
    Pools pools = pools(stretch);
    int kind = pools.kindOf(document.source(), stretch.quantile());
    if (document.rankings() == dealing) {
      document.ask(stretch.numberOf(pools.kinds(), kind), RankValue.CHANCE.of(document));
      return true;
    }
    int phase = deal(stretch, pools).phaseOf(kind, document.quantile(dealing));
    if (document.rankings() == dealing + 1) {
      document.ask(stretch.numberOf(phases.size(), phase), stretch.value().of(document));
      return true;
    }
    return phases.get(phase).shape().ask(document, inPhase(document, stretch, phase));
  }

  @Override
  public double place(RankedDocument document, Stretch stretch) {
    int phase = phaseOf(document, stretch);
    double inPhase = phases.get(phase).shape().place(document, inPhase(document, stretch, phase));
    return stretch
        .run()
        .borders(
            this, stretch.depth() + 2, stretch, () -> IntStream.range(0, phases.size()).toArray())
        .place(phase, inPhase);
  }

  private int phaseOf(RankedDocument document, Stretch stretch) {
    Pools pools = pools(stretch);
    int kind = pools.kindOf(document.source(), stretch.quantile());
    return deal(stretch, pools).phaseOf(kind, document.quantile(stretch.depth() + 1));
  }

  private Stretch inPhase(RankedDocument document, Stretch stretch, int phase) {
    int ranking = stretch.depth() + 2;
    return new Stretch(
        stretch.run(),
        ranking,
        stretch.numberOf(phases.size(), phase),
        document.quantile(ranking),
        stretch.value());
  }

  private Pools pools(Stretch stretch) {
    return stretch.run().derive(this, 0, 0, () -> Pools.of(phases, stretch.run().sources()));
  }

  /**
   * The kinds of documents that the same phases may take: those of a source between two of the
   * shares that pools begin at.
   *
   * @param best by source and phase, the best share of the source that the phase may take
   * @param parts by source and phase, the part of the phase's mixture that the source counts to
   * @param begins by source, the quantiles at which pools begin, in rising order
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  private record Pools(double[][] best, int[][] parts, double[][] begins, int perSource)
      implements Serializable {

    static Pools of(List<Phase> phases, List<String> sources) {
      double[][] best = new double[sources.size()][];
      int[][] parts = new int[sources.size()][];
      double[][] begins = new double[sources.size()][];
      for (int source = 0; source < begins.length; source++) {
        String name = sources.get(source);
        best[source] = phases.stream().mapToDouble(phase -> phase.bestOf(name)).toArray();
        parts[source] = phases.stream().mapToInt(phase -> phase.partOf(name)).toArray();
        begins[source] =
            Arrays.stream(best[source])
                .map(share -> 1 - share)
                .filter(begin -> begin > 0 && begin < 1)
                .sorted()
                .distinct()
                .toArray();
      }
      return new Pools(best, parts, begins, phases.size() + 1);
    }

    /** Whether a phase may take documents of a kind. */
    boolean takes(int phase, int kind) {
      double share = best[sourceOf(kind)][phase];
      return share > 0 && 1 - share <= leastOf(kind);
    }

    int kinds() {
      return begins.length * perSource;
    }

    int kindOf(int source, double quantile) {
      int found = Arrays.binarySearch(begins[source], quantile);
      return source * perSource + (found >= 0 ? found + 1 : -found - 1);
    }

    int sourceOf(int kind) {
      return kind / perSource;
    }

    /** The least quantile of a kind. */
    double leastOf(int kind) {
      int place = kind % perSource;
      double[] ofSource = begins[sourceOf(kind)];
      return place == 0 ? 0 : place > ofSource.length ? 1 : ofSource[place - 1];
    }
  }

  /**
   * Where each kind is cut into the phases that take it.
   *
   * @param ends by kind and phase, the share of the kind's tokens up to the end of the phase
   */
  @SuppressWarnings("ArrayRecordComponent") // used and never compared
  private record Deal(double[][] ends) implements Serializable {
    int phaseOf(int kind, double share) {
      double[] ofKind = ends[kind];
      int phase = 0;
      while (phase < ofKind.length - 1 && share >= ofKind[phase]) {
        phase++;
      }
      return phase;
    }
  }

  private Deal deal(Stretch stretch, Pools pools) {
    int ranking = stretch.depth() + 1;
    return stretch
        .run()
        .derive(this, ranking, stretch.number(), () -> deal(stretch, pools, ranking));
  }

  private Deal deal(Stretch stretch, Pools pools, int ranking) {
    int[] kinds =
        IntStream.range(0, pools.kinds())
            .filter(
                kind -> stretch.run().tokens(ranking, stretch.numberOf(pools.kinds(), kind)) > 0)
            .toArray();
    int columns = 0;
    int[] firstColumn = new int[phases.size()];
    for (int phase = 0; phase < phases.size(); phase++) {
      firstColumn[phase] = columns;
      columns += phases.get(phase).parts().length;
    }
    double total = 0;
    double[] tokens = new double[kinds.length];
    int[][] columnOf = new int[kinds.length][phases.size()];
    for (int row = 0; row < kinds.length; row++) {
      tokens[row] = stretch.run().tokens(ranking, stretch.numberOf(pools.kinds(), kinds[row]));
      total += tokens[row];
      int[] parts = pools.parts()[pools.sourceOf(kinds[row])];
      for (int phase = 0; phase < phases.size(); phase++) {
        columnOf[row][phase] =
            pools.takes(phase, kinds[row]) ? firstColumn[phase] + parts[phase] : Apportionment.NONE;
      }
    }
    double[] wanted = new double[columns];
    for (int phase = 0; phase < phases.size(); phase++) {
      double[] parts = phases.get(phase).parts();
      for (int part = 0; part < parts.length; part++) {
        wanted[firstColumn[phase] + part] = total * phases.get(phase).share() * parts[part];
      }
    }
    double[][] shares = Apportionment.shares(tokens, columnOf, wanted);
    double[][] ends = new double[pools.kinds()][];
    for (int row = 0; row < kinds.length; row++) {
      ends[kinds[row]] = runningSums(shares[row]);
    }
    // Documents without tokens fill no kind: the first phase that may take them reads them.
    for (int kind = 0; kind < ends.length; kind++) {
      if (ends[kind] == null) {
        ends[kind] = new double[1 + firstThatTakes(pools, kind)];
      }
    }
    return new Deal(ends);
  }

  private int firstThatTakes(Pools pools, int kind) {
    return IntStream.range(0, phases.size())
        .filter(phase -> pools.takes(phase, kind))
        .findFirst()
        .orElse(0);
  }

  private static double[] runningSums(double[] shares) {
    double[] ends = new double[shares.length];
    double sum = 0;
    int last = 0;
    for (int phase = 0; phase < shares.length; phase++) {
      sum += shares[phase];
      ends[phase] = sum;
      last = shares[phase] > 0 ? phase : last;
    }
    // Rounding must not send the last documents to a phase that takes none of them.
    return Arrays.copyOf(ends, last + 1);
  }
}
