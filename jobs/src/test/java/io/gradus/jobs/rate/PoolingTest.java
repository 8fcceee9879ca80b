package io.gradus.jobs.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PoolingTest {
  /** Two chunks of three positions, two wide. */
  private static final float[] STATES = {9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 8, 0};

  @Test
  void meanAveragesAllPositionsOfTheChunk() {
    assertThat(Pooling.MEAN.pool(STATES, 6, 3, 2)).containsExactly(4, 2);
  }

  @Test
  void clsTakesTheFirstPosition() {
    assertThat(Pooling.CLS.pool(STATES, 6, 3, 2)).containsExactly(1, 2);
  }

  @Test
  void lastTokenTakesTheLastPosition() {
    assertThat(Pooling.LAST_TOKEN.pool(STATES, 6, 3, 2)).containsExactly(8, 0);
  }

  @Test
  void aUnitVectorHasLengthOneAndZeroStaysZero() {
    assertThat(Pooling.unit(new double[] {3, 4})).containsExactly(0.6, 0.8);
    assertThat(Pooling.unit(new double[] {0, 0})).containsExactly(0, 0);
  }
}
