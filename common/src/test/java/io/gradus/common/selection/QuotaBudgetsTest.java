package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.Quotas.By;
import io.gradus.common.selection.Quotas.Kind;
import io.gradus.common.selection.Quotas.Shortage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class QuotaBudgetsTest {
  private static final List<String> SOURCES = List.of("cc-1", "cc-2", "wiki");

  @Property
  void dividesTheWholeBudgetWithinTheBounds(
      @ForAll @Size(min = 1, max = 12) List<@LongRange(min = 0, max = 1000) Long> weights,
      @ForAll @Size(value = 12) List<@LongRange(min = 0, max = 1L << 50) Long> bounds,
      @ForAll @Size(value = 12) List<@LongRange(min = 0, max = 1L << 50) Long> others,
      @ForAll @DoubleRange(min = 0, max = 1) double place) {
    int count = weights.size();
    long[] least = new long[count];
    long[] most = new long[count];
    for (int i = 0; i < count; i++) {
      least[i] = Math.min(bounds.get(i), others.get(i));
      most[i] = weights.get(i) == 0 ? least[i] : Math.max(bounds.get(i), others.get(i));
    }
    long lowest = Arrays.stream(least).sum();
    long budget = lowest + (long) ((Arrays.stream(most).sum() - lowest) * place);
    long[] divided =
        QuotaBudgets.divide(
            budget, weights.stream().mapToLong(Long::longValue).toArray(), least, most);
    assertThat(Arrays.stream(divided).sum()).isEqualTo(budget);
    for (int i = 0; i < count; i++) {
      assertThat(divided[i]).isBetween(least[i], most[i]);
    }
  }

  @Property
  void withoutBoundsSharesAreWithinATokenOfTheProportion(
      @ForAll @Size(min = 1, max = 20) List<@LongRange(min = 0, max = 1L << 40) Long> weights,
      @ForAll @LongRange(min = 0, max = 1L << 40) long budget) {
    long[] all = weights.stream().mapToLong(Long::longValue).toArray();
    long total = Arrays.stream(all).sum();
    long[] shares = QuotaBudgets.proportional(budget, all);
    assertThat(Arrays.stream(shares).sum()).isEqualTo(total == 0 ? 0 : budget);
    for (int i = 0; i < all.length; i++) {
      double exact = total == 0 ? 0 : (double) budget * all[i] / total;
      assertThat(Math.abs(shares[i] - exact)).isLessThan(1.001);
    }
  }

  @Test
  void theLargestRemainderGetsTheOddToken() {
    assertThat(QuotaBudgets.proportional(10, new long[] {1, 1, 1})).containsExactly(4, 3, 3);
  }

  @Test
  void equalQuotasGiveWhatASmallGroupLacksToTheOthers() {
    QuotaBudgets budgets = divide(Quotas.of(Kind.EQUAL, By.SOURCE), 300, 500, 500, 40);
    assertThat(budgets.budgets()).containsExactly(130, 130, 40);
    assertThat(budgets.wanted()).containsExactly(100, 100, 100);
  }

  @Test
  void aGroupWithoutDocumentsGetsNothing() {
    assertThat(divide(Quotas.of(Kind.EQUAL, By.SOURCE), 300, 500, 500, 0).budgets())
        .containsExactly(150, 150, 0);
  }

  @Test
  void thePatternThatSaysMostAboutANameGivesItsShare() {
    Quotas quotas = shares(Map.of("cc-*", 0.5, "cc-2", 0.2, "*", 0.3));
    assertThat(divide(quotas, 1000, 5000, 5000, 5000).budgets()).containsExactly(500, 200, 300);
  }

  @Test
  void aPatternsShareIsDividedAmongItsGroupsByTheirTokens() {
    Quotas quotas = shares(Map.of("cc-*", 0.5, "wiki", 0.5));
    assertThat(divide(quotas, 1000, 3000, 1000, 5000).budgets()).containsExactly(375, 125, 500);
  }

  @Test
  void topicsShareTheBudgetOfTheirSource() {
    Quotas quotas =
        new Quotas(
            Kind.EQUAL,
            By.SOURCE_AND_TOPIC,
            Map.of(),
            Kind.PROPORTIONAL,
            Map.of(),
            Map.of(),
            Shortage.SHARE_OUT);
    QuotaGroups groups = QuotaGroups.of(quotas, List.of("a", "b"), 2);
    QuotaBudgets budgets = QuotaBudgets.of(quotas, groups, 100, new long[] {30, 90, 10, 10}, 1);
    assertThat(budgets.budgets()).containsExactly(20, 60, 10, 10);
    assertThat(budgets.wanted()).containsExactly(13, 37, 25, 25);
    assertThat(groups.name(1)).isEqualTo("a / topic 1");
  }

  @Test
  void minimumAndMaximumHoldForEachGroup() {
    Quotas quotas =
        new Quotas(
            Kind.PROPORTIONAL,
            By.SOURCE,
            Map.of(),
            Kind.PROPORTIONAL,
            Map.of("wiki", TokenAmount.of(100)),
            Map.of("cc-*", TokenAmount.ofShare(0.4)),
            Shortage.SHARE_OUT);
    assertThat(divide(quotas, 1000, 9000, 900, 1000).budgets()).containsExactly(400, 284, 316);
  }

  @Test
  void repeatsLetAGroupTakeMoreThanItHas() {
    QuotaGroups groups = QuotaGroups.of(Quotas.NONE, SOURCES, 0);
    assertThat(QuotaBudgets.of(Quotas.NONE, groups, 250, new long[] {100}, 3).budgets())
        .containsExactly(250);
  }

  @Test
  void aShortageIsAnErrorWhereThatIsConfigured() {
    Quotas quotas =
        new Quotas(
            Kind.EQUAL, By.SOURCE, Map.of(), Kind.PROPORTIONAL, Map.of(), Map.of(), Shortage.ERROR);
    assertThatThrownBy(() -> divide(quotas, 300, 500, 500, 40))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.shortage: 1 group has fewer tokens than its quota: wiki has 40 of 100 tokens."
                + " Set sample.shortage = share-out, lower its share, or raise"
                + " sample.max-repeats.");
  }

  @Test
  void aNameWithoutAShareIsAMistake() {
    assertThatThrownBy(() -> divide(shares(Map.of("cc-*", 1.0)), 300, 500, 500, 40))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.shares: nothing is said about 'wiki'; give it a share, which may be 0%, or give"
                + " all others one by \"*\".");
  }

  @Test
  void aShareThatMatchesNothingIsAMistake() {
    assertThatThrownBy(() -> divide(shares(Map.of("wikki", 0.5, "*", 0.5)), 300, 500, 500, 40))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.shares: 'wikki' matches nothing; did you mean 'wiki'? There are: cc-1, cc-2,"
                + " wiki.");
  }

  @Test
  void aShareThatMoreTellingNamesLeaveNothingForIsAMistake() {
    assertThatThrownBy(
            () -> divide(shares(Map.of("cc-*", 0.5, "wiki", 0.3, "*", 0.2)), 300, 500, 500, 40))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.shares: all that '*' matches has a share by a name that says more; remove it.");
    assertThat(
            divide(shares(Map.of("cc-*", 0.5, "wiki", 0.5, "*", 0.0)), 60, 500, 500, 40).budgets())
        .containsExactly(15, 15, 30);
  }

  @Test
  void aBoundForNoGroupIsAMistake() {
    assertThatThrownBy(
            () -> divide(bounded(Map.of("news", TokenAmount.of(1)), Map.of()), 9, 9, 9, 9))
        .isInstanceOf(UserMistake.class)
        .hasMessage("sample.minimum: 'news' matches nothing; there are: cc-1, cc-2, wiki.");
    assertThatThrownBy(
            () -> divide(bounded(Map.of(), Map.of("cc1", TokenAmount.of(1))), 9, 9, 9, 9))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.maximum: 'cc1' matches nothing; did you mean 'cc-1'? There are: cc-1, cc-2,"
                + " wiki.");
  }

  @Test
  void aShareOfNothingIsNothingHoweverShortTheOthersAre() {
    Quotas quotas = shares(Map.of("cc-*", 1.0, "wiki", 0.0));
    assertThat(divide(quotas, 400, 300, 100, 5000).budgets()).containsExactly(300, 100, 0);
    assertThatThrownBy(() -> divide(quotas, 401, 300, 100, 5000))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.shares: the groups can take at most 400 tokens, but sample.tokens is 401. Give"
                + " those with a share of 0% more, or lower sample.tokens.");
  }

  @Test
  void theShareOfWhatHasNoTokensIsShort() {
    Map<String, Double> half = Map.of("cc-*", 0.5, "wiki", 0.5);
    QuotaBudgets budgets = divide(shares(half), 100, 500, 500, 0);
    assertThat(budgets.budgets()).containsExactly(50, 50, 0);
    assertThat(budgets.wanted()).containsExactly(25, 25, 50);
    Quotas strict =
        new Quotas(
            Kind.SHARES, By.SOURCE, half, Kind.PROPORTIONAL, Map.of(), Map.of(), Shortage.ERROR);
    assertThatThrownBy(() -> divide(strict, 100, 500, 500, 0))
        .isInstanceOf(UserMistake.class)
        .hasMessageContaining("wiki has 0 of 50 tokens");
  }

  @Test
  void minimaAboveTheBudgetAreAMistake() {
    Quotas quotas =
        new Quotas(
            Kind.EQUAL,
            By.SOURCE,
            Map.of(),
            Kind.PROPORTIONAL,
            Map.of("*", TokenAmount.ofShare(0.5)),
            Map.of(),
            Shortage.SHARE_OUT);
    assertThatThrownBy(() -> divide(quotas, 300, 500, 500, 400))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.minimum: the groups' least budgets sum to 450 tokens, but sample.tokens is"
                + " 300. Lower the minimum, or raise sample.tokens.");
  }

  @Test
  void maximaBelowTheBudgetAreAMistake() {
    Quotas quotas =
        new Quotas(
            Kind.EQUAL,
            By.SOURCE,
            Map.of(),
            Kind.PROPORTIONAL,
            Map.of(),
            Map.of("*", TokenAmount.of(50)),
            Shortage.SHARE_OUT);
    assertThatThrownBy(() -> divide(quotas, 300, 500, 500, 400))
        .isInstanceOf(UserMistake.class)
        .hasMessage(
            "sample.maximum: the groups can take at most 150 tokens, but sample.tokens is 300."
                + " Raise the maximum, or lower sample.tokens.");
  }

  private static QuotaBudgets divide(Quotas quotas, long budget, long... selectable) {
    return QuotaBudgets.of(quotas, QuotaGroups.of(quotas, SOURCES, 0), budget, selectable, 1);
  }

  private static Quotas bounded(
      Map<String, TokenAmount> minimum, Map<String, TokenAmount> maximum) {
    return new Quotas(
        Kind.PROPORTIONAL,
        By.SOURCE,
        Map.of(),
        Kind.PROPORTIONAL,
        minimum,
        maximum,
        Shortage.SHARE_OUT);
  }

  private static Quotas shares(Map<String, Double> shares) {
    return new Quotas(
        Kind.SHARES, By.SOURCE, shares, Kind.PROPORTIONAL, Map.of(), Map.of(), Shortage.SHARE_OUT);
  }
}
