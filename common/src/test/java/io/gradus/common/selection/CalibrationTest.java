package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final PercentileTable STEPS =
      PercentileTable.of(new double[] {-1, 0, 2.5}, new double[] {0.1, 0.4, 0.9});

  @Test
  void aPercentileIsThatOfTheLastStepNotAboveTheScore() {
    assertThat(STEPS.percentile(-1)).isEqualTo(0.1);
    assertThat(STEPS.percentile(-0.5)).isEqualTo(0.1);
    assertThat(STEPS.percentile(-0.0)).isEqualTo(0.4);
    assertThat(STEPS.percentile(2.4999)).isEqualTo(0.4);
    assertThat(STEPS.percentile(2.5)).isEqualTo(0.9);
    assertThat(STEPS.percentile(Double.POSITIVE_INFINITY)).isEqualTo(0.9);
  }

  @Test
  void belowTheFirstStepThePercentileIsZero() {
    assertThat(STEPS.percentile(Math.nextDown(-1.0))).isZero();
    assertThat(STEPS.percentile(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Summary.NONE.percentile(3)).isZero();
  }

  @Test
  void stepsWithoutPercentilesAreRefused() {
    assertThatThrownBy(() -> PercentileTable.of(new double[2], new double[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 steps but 1 percentiles");
  }

  @Test
  void aSourceWithoutScoresTakesTheOverallSummary() {
    Summary overall = new Summary(10, 5, 100, 1, 2, -3, 4, STEPS);
    Summary wiki = new Summary(10, 0, 100, 1.5, 1, -2, 3, STEPS);
    Summary web = new Summary(0, 5, 0, 0, 0, 0, 0, STEPS);
    Calibration calibration =
        Calibration.of(List.of("web", "wiki"), List.of(overall), List.of(List.of(web, wiki)));

    assertThat(calibration.sources()).containsExactly("web", "wiki");
    assertThat(calibration.overall(0)).isEqualTo(overall);
    assertThat(calibration.ofSource(0, 0)).isEqualTo(overall);
    assertThat(calibration.ofSource(0, 1)).isEqualTo(wiki);
  }

  @Test
  void whatWasNotLoadedCannotBeAsked() {
    Summary plain = new Summary(1, 0, 1, 1, 0, 1, 1, null);
    Calibration calibration = Calibration.of(List.of("wiki"), List.of(plain), List.of());

    assertThatThrownBy(() -> calibration.ofSource(0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Summaries of sources were not loaded");
    assertThatThrownBy(() -> calibration.overall(0).percentile(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Percentiles were not loaded");
  }
}
