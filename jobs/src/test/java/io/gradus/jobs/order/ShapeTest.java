package io.gradus.jobs.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.job.UserMistake;
import io.gradus.jobs.order.OrderConfig.Within;
import io.gradus.jobs.order.Phases.Phase;
import io.gradus.jobs.order.Reading.Doc;
import io.gradus.jobs.order.Reading.Placed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ShapeTest {
  private static final Shape ASCENDING = new Ascending();
  private static final Shape SHUFFLED = new Shuffled();

  /** 120 documents of equal length, whose scores are their numbers. */
  private static final List<Doc> EVEN =
      IntStream.range(0, 120)
          .mapToObj(i -> Doc.of("even-" + i, "only", 10, i))
          .collect(
              Collectors.collectingAndThen(
                  Collectors.toList(),
                  docs -> {
                    Collections.shuffle(docs, new Random(1));
                    return docs;
                  }));

  private static final List<Doc> MIXED = mixed(3_000, 7);

  private static List<Doc> mixed(int count, long seed) {
    Random random = new Random(seed);
    List<Doc> docs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String source = i % 10 < 6 ? "web" : i % 10 < 9 ? "code" : "wiki";
      int topic = random.nextInt(5) - 1;
      docs.add(
          new Doc("doc-" + i, source, topic, 0, 1 + random.nextInt(999), random.nextGaussian()));
    }
    return docs;
  }

  private static List<Integer> numbers(Shape shape) {
    return Reading.order(shape, Within.OVERALL, EVEN).stream()
        .map(doc -> (int) doc.score())
        .toList();
  }

  private static List<Integer> sorted() {
    return IntStream.range(0, 120).boxed().toList();
  }

  /** The reference's slices, {@code sorted[layer::layers]}. */
  private static List<Integer> folded(List<Integer> sorted, int layers, boolean zigZag) {
    List<Integer> all = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      List<Integer> slice = new ArrayList<>();
      for (int i = layer; i < sorted.size(); i += layers) {
        slice.add(sorted.get(i));
      }
      if (zigZag && layer % 2 == 1) {
        Collections.reverse(slice);
      }
      all.addAll(slice);
    }
    return all;
  }

  @Test
  void ascendingReadsTheBestLast() {
    assertThat(numbers(ASCENDING)).isEqualTo(sorted());
  }

  @Test
  void descendingReadsTheBestFirst() {
    List<Integer> reversed = new ArrayList<>(sorted());
    Collections.reverse(reversed);
    assertThat(numbers(new Descending())).isEqualTo(reversed);
  }

  @Test
  void foldedReadsEveryFifthAsTheReferenceDoes() {
    assertThat(numbers(new Folded(5, ASCENDING))).isEqualTo(folded(sorted(), 5, false));
  }

  @Test
  void zigZagTurnsEverySecondLayerAsTheReferenceDoes() {
    assertThat(numbers(new ZigZag(5, ASCENDING))).isEqualTo(folded(sorted(), 5, true));
  }

  @Test
  void sawZigZagsAroundTheBordersOfSectionsAsTheReferenceDoes() {
    List<Integer> expected = new ArrayList<>(sorted().subList(0, 28));
    expected.addAll(folded(sorted().subList(28, 52), 2, true));
    expected.addAll(sorted().subList(52, 68));
    expected.addAll(folded(sorted().subList(68, 92), 2, true));
    expected.addAll(sorted().subList(92, 120));
    assertThat(numbers(new Saw(3, 0.1, 2, ASCENDING))).isEqualTo(expected);
  }

  @Test
  void stairFoldsAroundTheBordersOfSectionsAsTheReferenceDoes() {
    List<Integer> expected = new ArrayList<>(sorted().subList(0, 33));
    expected.addAll(folded(sorted().subList(33, 87), 3, false));
    expected.addAll(sorted().subList(87, 120));
    assertThat(numbers(new Stair(2, 0.225, 3, ASCENDING))).isEqualTo(expected);
  }

  @Test
  void shapesInsideOthersReadEachLayerTheirWay() {
    List<Integer> expected = new ArrayList<>();
    for (int layer = 0; layer < 5; layer++) {
      for (int i = 115 + layer; i >= 0; i -= 5) {
        expected.add(i);
      }
    }
    assertThat(numbers(new Folded(5, new Descending()))).isEqualTo(expected);
  }

  @Test
  void bucketsAreOrderedBetweenAndShuffledInside() {
    List<Integer> read = numbers(new Buckets(12, SHUFFLED));
    for (int bucket = 0; bucket < 12; bucket++) {
      List<Integer> members = read.subList(10 * bucket, 10 * bucket + 10);
      assertThat(members)
          .containsExactlyInAnyOrderElementsOf(sorted().subList(10 * bucket, 10 * bucket + 10));
    }
    assertThat(read).isNotEqualTo(sorted());
    assertThat(numbers(new Buckets(12, ASCENDING))).isEqualTo(sorted());
  }

  @Test
  void jitterMovesNoDocumentFurtherThanHalfItsWidth() {
    List<Integer> read = numbers(new Jitter(0.1, ASCENDING));
    assertThat(read).isNotEqualTo(sorted());
    for (int place = 0; place < read.size(); place++) {
      // Half a width is 6 documents; as many again may have overtaken it.
      assertThat(Math.abs(read.get(place) - place)).isLessThanOrEqualTo(12);
    }
    Reading.place(new Jitter(0.1, ASCENDING), Within.OVERALL, EVEN, 42)
        .forEach(placed -> assertThat(placed.place()).isCloseTo(placed.quantile(), within(0.05)));
  }

  @Test
  void stochasticDrawsTheLastDocumentBySoftmax() {
    List<Doc> three =
        List.of(Doc.of("a", "only", 10, 0), Doc.of("b", "only", 10, 1), Doc.of("c", "only", 10, 2));
    Shape shape = new Stochastic(2, ASCENDING);
    int seeds = 4_000;
    int[] last = new int[3];
    for (int seed = 0; seed < seeds; seed++) {
      List<Placed> read = Reading.place(shape, Within.OVERALL, three, seed);
      last[(int) read.get(2).doc().score()]++;
    }
    double sum = 1 + Math.exp(0.5) + Math.exp(1);
    for (int i = 0; i < 3; i++) {
      assertThat(last[i] / (double) seeds).isCloseTo(Math.exp(i / 2.0) / sum, within(0.025));
    }
  }

  @Test
  void stochasticKeepsTheQuantilesOfTheScoresThemselves() {
    List<Placed> read = Reading.place(new Stochastic(50, ASCENDING), Within.OVERALL, EVEN, 42);
    assertThat(read)
        .allSatisfy(
            placed ->
                assertThat(placed.quantile())
                    .isCloseTo((placed.doc().score() + 0.5) / 120, within(1e-12)));
    assertThat(read.stream().map(Placed::quantile).toList())
        .isNotEqualTo(read.stream().map(Placed::quantile).sorted().toList());
  }

  @Test
  void blockedReadsOneSourceAfterTheOtherInTheSequenceAskedFor() {
    List<Doc> read =
        Reading.order(new Blocked(Group.SOURCE, List.of("wiki"), ASCENDING), Within.SOURCE, MIXED);
    assertThat(runs(read, Doc::source)).containsExactly("wiki", "code", "web");
    assertThat(read.stream().filter(doc -> doc.source().equals("code")).map(Doc::score).toList())
        .isSorted();
  }

  @Test
  void blockedByTopicKeepsTheMixtureOfSourcesInsideEachBlock() {
    Shape shape = new Blocked(Group.TOPIC, List.of(), ASCENDING);
    List<Doc> read = Reading.order(shape, Within.SOURCE, MIXED);
    assertThat(runs(read, doc -> Integer.toString(doc.topic())))
        .containsExactly("0", "1", "2", "3", "-1");
    List<Doc> firstTopic = read.stream().filter(doc -> doc.topic() == 0).toList();
    assertThat(share(firstTopic.subList(0, firstTopic.size() / 2), of("web")))
        .isCloseTo(share(firstTopic, of("web")), within(0.03));
  }

  @Test
  void interleavedInRoundsGivesEverySourceItsTurn() {
    List<Doc> read =
        Reading.order(new Interleaved(Group.SOURCE, 3, ASCENDING), Within.SOURCE, MIXED);
    assertThat(runs(read, Doc::source))
        .containsExactly("code", "web", "wiki", "code", "web", "wiki", "code", "web", "wiki");
    assertThat(read.stream().filter(of("web")).map(Doc::score).toList()).isSorted();
  }

  @Test
  void interleavedByTopicKeepsTheMixtureOfTopics() {
    List<Doc> read =
        Reading.order(new Interleaved(Group.TOPIC, 0, ASCENDING), Within.OVERALL, MIXED);
    for (int part = 0; part < 10; part++) {
      List<Doc> tenth = read.subList(300 * part, 300 * part + 300);
      assertThat(share(tenth, doc -> doc.topic() == 2))
          .isCloseTo(share(MIXED, doc -> doc.topic() == 2), within(0.05));
    }
  }

  @Test
  void phasesTakeTheirSharesFromTheirPoolsWithTheirMixture() {
    Phases phases =
        new Phases(
            List.of(
                phase("stable", 0.7, Map.of(), Map.of(), SHUFFLED),
                phase(
                    "decay",
                    0.3,
                    Map.of("web", 0.4, "*", 1.0),
                    Map.of("web", 0.5, "*", 0.5),
                    ASCENDING)));
    Reading.Read order = Reading.read(phases, Within.SOURCE, MIXED, 42);
    List<Placed> read = order.placed();
    assertThat(read.stream().map(Placed::doc)).containsExactlyInAnyOrderElementsOf(MIXED);
    long border = PhaseTokens.of(phases, order.run()).get(0).tokens();
    List<Placed> decay = new ArrayList<>();
    long before = 0;
    for (Placed placed : read) {
      if (before >= border) {
        decay.add(placed);
      }
      before += placed.doc().tokens();
    }
    List<Doc> docs = decay.stream().map(Placed::doc).toList();
    // Dealt to within a document of each source and pool, of 1,000 tokens at most.
    assertThat(tokens(docs) / (double) tokens(MIXED)).isCloseTo(0.3, within(0.004));
    assertThat(share(docs, of("web"))).isCloseTo(0.5, within(0.01));
    assertThat(decay.stream().filter(placed -> placed.doc().source().equals("web")))
        .allSatisfy(placed -> assertThat(placed.quantile()).isGreaterThanOrEqualTo(0.6));
    for (String source : List.of("web", "code", "wiki")) {
      assertThat(docs.stream().filter(of(source)).map(Doc::score).toList()).isSorted();
    }
  }

  @Test
  void aPhaseWhosePoolIsTooSmallTakesItAllAndOthersTakeTheRest() {
    Phases phases =
        new Phases(
            List.of(
                phase("most", 0.5, Map.of(), Map.of(), ASCENDING),
                phase("wiki only", 0.5, Map.of("wiki", 1.0), Map.of(), ASCENDING)));
    List<Doc> read = Reading.order(phases, Within.SOURCE, MIXED);
    assertThat(read).containsExactlyInAnyOrderElementsOf(MIXED);
    int wiki = (int) MIXED.stream().filter(of("wiki")).count();
    assertThat(read.subList(read.size() - wiki, read.size()).stream().filter(of("wiki")).count())
        .isGreaterThanOrEqualTo(wiki - 2);
  }

  @Test
  void aPhaseIsRankedByItselfWhileOthersNeedNoMoreRankings() {
    Phases phases =
        new Phases(
            List.of(
                phase(
                    "topics",
                    0.5,
                    Map.of(),
                    Map.of(),
                    new Blocked(Group.TOPIC, List.of(), new Buckets(2, new Descending()))),
                phase("plain", 0.5, Map.of(), Map.of(), ASCENDING)));
    Reading.Read read = Reading.read(phases, Within.OVERALL, MIXED, 42);
    List<Doc> firstTopic =
        read.placed().stream().map(Placed::doc).takeWhile(doc -> doc.topic() == 0).toList();
    List<Doc> poorer = new ArrayList<>();
    for (Doc doc : firstTopic) {
      if (2 * (tokens(poorer) + doc.tokens() / 2) > tokens(firstTopic)) {
        break;
      }
      poorer.add(doc);
    }
    double poorest =
        firstTopic.subList(poorer.size(), firstTopic.size()).stream()
            .mapToDouble(Doc::score)
            .min()
            .orElseThrow();
    assertThat(poorer).hasSizeGreaterThan(50);
    assertThat(poorer).allSatisfy(doc -> assertThat(doc.score()).isLessThan(poorest));
  }

  @Test
  void phasesThatLeaveDocumentsOutAreRefused() {
    Phases phases =
        new Phases(
            List.of(
                phase("best", 0.5, Map.of("*", 0.4), Map.of(), ASCENDING),
                phase("code", 0.5, Map.of("code", 1.0), Map.of(), ASCENDING)));
    assertThatThrownBy(() -> Reading.order(phases, Within.SOURCE, MIXED))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "order.shape: no phase takes the poorest 60 % of source 'web', and what is selected"
                + " has to be read. Let the pool and the mixture of one phase take all of it (a"
                + " pool of '*' = 100% does), or leave it out in sample.");
  }

  @Test
  void topicsThatAreNotThereAreRefused() {
    assertThatThrownBy(
            () ->
                Reading.order(new Blocked(Group.TOPIC, List.of(), ASCENDING), Within.SOURCE, EVEN))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "order.shape: topics are blocked or interleaved, and there are none; add a section topics"
                + " { count = 25 }, or set by = source");
  }

  @Test
  void cyclesGrowAndShrinkAsTheReferenceDoes() {
    assertThat(Cyclic.sizes(0.25, 0.5, 9))
        .containsExactly(0.25, 0.5, 1.0, 0.5, 0.25, 0.5, 1.0, 0.5, 0.25);
    assertThat(Cyclic.sizes(1, 0.5, 3)).containsExactly(1.0, 1.0, 1.0);
  }

  @Test
  void narrowDrawsOfACycleTakeOnlyTheBest() {
    List<Placed> read = Reading.place(Cyclic.of(0.25, 0.5, 4, SHUFFLED), Within.OVERALL, EVEN, 42);
    assertThat(read.stream().map(Placed::doc)).containsExactlyInAnyOrderElementsOf(EVEN);
    assertThat(read.subList(0, 10))
        .allSatisfy(placed -> assertThat(placed.quantile()).isGreaterThan(0.75));
    int firstPoor =
        IntStream.range(0, 120)
            .filter(place -> read.get(place).quantile() < 0.5)
            .findFirst()
            .orElseThrow();
    int lastPoor =
        IntStream.range(0, 120)
            .filter(place -> read.get(place).quantile() < 0.5)
            .max()
            .orElseThrow();
    // All 60 poor ones lie in the one draw that takes from everything.
    assertThat(lastPoor - firstPoor).isLessThan(80);
    assertThat(read.subList(lastPoor + 1, 120)).hasSizeGreaterThan(10);
  }

  @Test
  void copiesOfADocumentGoToDifferentDraws() {
    List<Doc> copies = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      for (int repeat = 0; repeat < 2; repeat++) {
        copies.add(new Doc("doc-" + i, "only", RankedDocument.NO_TOPIC, repeat, 10, i));
      }
    }
    List<Doc> read = Reading.order(Cyclic.of(1, 0.5, 2, SHUFFLED), Within.OVERALL, copies);
    long apart = read.subList(0, 50).stream().map(Doc::name).distinct().count();
    assertThat(apart).isGreaterThan(40);
    assertThat(new HashSet<>(read)).hasSize(100);
  }

  @Test
  void aWarmUpDrawsFromTheShareThatItsPacingAllowsAndEndsShuffled() {
    for (Pacing pacing : Pacing.values()) {
      WarmUp warmUp = new WarmUp(pacing, 0.2, 0.5, WarmUp.First.POOREST);
      List<Placed> read = Reading.place(warmUp, Within.OVERALL, MIXED, 42);
      for (int i = 0; i < read.size(); i++) {
        double place = (i + 1.0) / read.size();
        double allowed = Math.max(place, pacing.share(Math.min(1, place + 0.02), 0.2, 0.5));
        assertThat(read.get(i).quantile()).as("%s at %s", pacing, place).isLessThan(allowed + 0.03);
      }
      List<Double> afterwards =
          read.subList(1_600, read.size()).stream().map(Placed::quantile).toList();
      double firstHalf = mean(afterwards.subList(0, 700));
      assertThat(firstHalf).isCloseTo(mean(afterwards.subList(700, 1_400)), within(0.06));
    }
  }

  @Test
  void aWarmUpMayBeginWithTheBest() {
    WarmUp warmUp = new WarmUp(Pacing.LINEAR, 0.1, 0.3, WarmUp.First.BEST);
    List<Placed> read = Reading.place(warmUp, Within.OVERALL, MIXED, 42);
    assertThat(read.subList(0, 50))
        .allSatisfy(placed -> assertThat(placed.quantile()).isGreaterThan(0.75));
  }

  @Provide
  Arbitrary<Shape> shapes() {
    return Arbitraries.lazyOf(
        () -> Arbitraries.of(ASCENDING, new Descending(), SHUFFLED),
        () -> Arbitraries.of(new WarmUp(Pacing.ROOT, 0.1, 1, WarmUp.First.BEST)),
        () -> shapes().map(inside -> new Folded(3, inside)),
        () -> shapes().map(inside -> new ZigZag(4, inside)),
        () -> shapes().map(inside -> new Saw(3, 0.2, 2, inside)),
        () -> shapes().map(inside -> new Stair(2, 0.5, 3, inside)),
        () -> shapes().map(inside -> new Buckets(7, inside)),
        () -> shapes().map(inside -> new Jitter(0.3, inside)),
        () -> shapes().map(inside -> new Stochastic(1.5, inside)),
        () -> shapes().map(inside -> new Blocked(Group.TOPIC, List.of(), inside)),
        () -> shapes().map(inside -> new Interleaved(Group.SOURCE, 2, inside)),
        () -> shapes().map(inside -> Cyclic.of(0.25, 0.5, 5, inside)),
        () ->
            shapes()
                .map(
                    inside ->
                        new Phases(
                            List.of(
                                phase("a", 0.6, Map.of(), Map.of(), inside),
                                phase("b", 0.4, Map.of("*", 0.5), Map.of(), ASCENDING)))));
  }

  @Property(tries = 200)
  void everyDocumentIsReadOnceWhateverTheShapeAndTheOrderOfRows(
      @ForAll("shapes") Shape shape, @ForAll Within ranked, @ForAll long seed) {
    List<Doc> docs = mixed(60, seed);
    List<Placed> read = Reading.place(shape, ranked, docs, seed);
    assertThat(read.stream().map(Placed::doc)).containsExactlyInAnyOrderElementsOf(docs);
    assertThat(read).allSatisfy(placed -> assertThat(placed.place()).isBetween(0.0, 1.0));
    List<Doc> other = new ArrayList<>(docs);
    Collections.shuffle(other, new Random(seed));
    assertThat(Reading.place(shape, ranked, other, seed)).isEqualTo(read);
  }

  private static Phase phase(
      String name,
      double share,
      Map<String, Double> pool,
      Map<String, Double> mixture,
      Shape shape) {
    return new Phase(name, share, pool, mixture, shape);
  }

  private static Predicate<Doc> of(String source) {
    return doc -> doc.source().equals(source);
  }

  private static double share(List<Doc> docs, Predicate<Doc> counted) {
    return tokens(docs.stream().filter(counted).toList()) / (double) tokens(docs);
  }

  private static long tokens(List<Doc> docs) {
    return docs.stream().mapToLong(Doc::tokens).sum();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** The groups that follow one another. */
  private static List<String> runs(List<Doc> read, java.util.function.Function<Doc, String> group) {
    List<String> runs = new ArrayList<>();
    for (Doc doc : read) {
      String name = group.apply(doc);
      if (runs.isEmpty() || !runs.get(runs.size() - 1).equals(name)) {
        runs.add(name);
      }
    }
    return runs;
  }
}
