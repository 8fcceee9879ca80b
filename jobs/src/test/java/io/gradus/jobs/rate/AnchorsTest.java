package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnchorsTest {
  private static final List<Anchors.Embedded> PAIRS =
      List.of(
          new Anchors.Embedded(new double[] {4, 1}, new double[] {0, 1}),
          new Anchors.Embedded(new double[] {4, 3}, new double[] {0, 3}));

  @Test
  void theMeansOfTheTwoSidesScoreHalfAboveAndBelowZero() {
    RaterDefinition.Criterion head = Anchors.head("x", PAIRS);
    // The means are (4, 2) and (0, 2): the difference is (4, 0), its square 16, the midpoint (2,
    // 2).
    assertThat(head.weights()).containsExactly(0.25, 0.0);
    assertThat(head.bias()).isEqualTo(-0.5);
    assertThat(Anchors.score(head, new double[] {4, 2})).isCloseTo(0.5, within(1e-12));
    assertThat(Anchors.score(head, new double[] {0, 2})).isCloseTo(-0.5, within(1e-12));
  }

  @Test
  void whatBothSidesShareDoesNotCount() {
    RaterDefinition.Criterion head = Anchors.head("x", PAIRS);
    assertThat(Anchors.score(head, new double[] {4, 100}))
        .isEqualTo(Anchors.score(head, new double[] {4, -100}));
  }

  @Test
  void leavingOutCountsPairsThatTheOthersTellWrong() {
    assertThat(Anchors.leaveOneOut(PAIRS)).isEqualTo(new Anchors.Separation(1, 1));
    List<Anchors.Embedded> opposed =
        List.of(
            new Anchors.Embedded(new double[] {1, 0}, new double[] {0, 0}),
            new Anchors.Embedded(new double[] {0, 0}, new double[] {1, 0}));
    assertThat(Anchors.leaveOneOut(opposed)).isEqualTo(new Anchors.Separation(0, 0));
  }
}
