package io.gradus.common.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class KeyCellsTest {
  @Property
  void cellsNeverDecreaseWithTheNumber(
      @ForAll("numbers") double first,
      @ForAll("numbers") double second,
      @ForAll @IntRange(max = 20) int bits) {
    double smaller = Math.min(first, second);
    double larger = Math.max(first, second);

    assertThat(KeyCells.cell(smaller, bits)).isLessThanOrEqualTo(KeyCells.cell(larger, bits));
    assertThat(KeyCells.cell(Math.nextDown(larger), bits))
        .isLessThanOrEqualTo(KeyCells.cell(larger, bits));
  }

  @Property
  void aNumberLiesBetweenTheLeastAndTheGreatestOfItsCell(
      @ForAll("numbers") double number, @ForAll @IntRange(max = 20) int bits) {
    int cell = KeyCells.cell(number, bits);

    // As numbers: -0.0 equals 0.0.
    assertThat(KeyCells.least(cell, bits) <= number).isTrue();
    assertThat(KeyCells.greatest(cell, bits) >= number).isTrue();
  }

  @Property
  void leastAndGreatestAreTheLastDoublesOfTheirCell(
      @ForAll("numbers") double number, @ForAll @IntRange(max = 20) int bits) {
    int cell = KeyCells.cell(number, bits);
    double least = KeyCells.least(cell, bits);
    double greatest = KeyCells.greatest(cell, bits);

    assertThat(KeyCells.cell(least, bits)).isEqualTo(cell);
    assertThat(KeyCells.cell(greatest, bits)).isEqualTo(cell);
    if (least > Double.NEGATIVE_INFINITY) {
      assertThat(KeyCells.cell(Math.nextDown(least), bits)).isEqualTo(cell - 1);
    }
    if (greatest < Double.POSITIVE_INFINITY) {
      assertThat(KeyCells.cell(Math.nextUp(greatest), bits)).isEqualTo(cell + 1);
    }
  }

  @Property
  void aCellIsAboutAsWideAsTheBitsSay(
      @ForAll("moderate") double number, @ForAll @IntRange(min = 4, max = 20) int bits) {
    int cell = KeyCells.cell(number, bits);
    double width = KeyCells.greatest(cell, bits) - KeyCells.least(cell, bits);

    assertThat(width).isBetween(0.4 * unit(number, bits), 1.1 * unit(number, bits));
  }

  private static double unit(double number, int bits) {
    return Math.scalb(1 + Math.abs(number), -bits);
  }

  @Example
  void knownCells() {
    assertThat(KeyCells.cell(0.0, 13)).isZero();
    assertThat(KeyCells.cell(-0.0, 13)).isZero();
    assertThat(KeyCells.cell(Double.MIN_VALUE, 13)).isZero();
    assertThat(KeyCells.cell(-Double.MIN_VALUE, 13)).isEqualTo(-1);
    assertThat(KeyCells.cell(Math.scalb(1.0, -13), 13)).isEqualTo(1);
    assertThat(KeyCells.cell(1.0, 13)).isEqualTo(1 << 13);
    assertThat(KeyCells.cell(-1.0, 13)).isEqualTo(-1 - (1 << 13));
    assertThat(KeyCells.cell(Double.MAX_VALUE, 13)).isEqualTo((1 << 23) - 1);
    assertThat(KeyCells.cell(Double.POSITIVE_INFINITY, 13)).isEqualTo(1 << 23);
    assertThat(KeyCells.cell(Double.NEGATIVE_INFINITY, 13)).isEqualTo(-1 - (1 << 23));
    assertThat(KeyCells.least(0, 13)).isZero();
    assertThat(KeyCells.least(1 << 23, 13)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(KeyCells.greatest((1 << 23) - 1, 13)).isEqualTo(Double.MAX_VALUE);
  }

  @Example
  void noNumberLiesBeyondTheInfinities() {
    assertThatThrownBy(() -> KeyCells.least((1 << 23) + 1, 13))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No number has magnitude 8388609");
  }

  @Example
  void moreGroupsGetFewerBits() {
    assertThat(KeyCells.bitsFor(1)).isEqualTo(14);
    assertThat(KeyCells.bitsFor(64)).isEqualTo(14);
    assertThat(KeyCells.bitsFor(65)).isEqualTo(13);
    assertThat(KeyCells.bitsFor(128)).isEqualTo(13);
    assertThat(KeyCells.bitsFor(129)).isEqualTo(12);
    assertThat(KeyCells.bitsFor(250_000)).isEqualTo(4);
    assertThatThrownBy(() -> KeyCells.bitsFor(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 groups");
  }

  /** Any double but NaN, from its image, so that every exponent is as likely. */
  @Provide
  Arbitrary<Double> numbers() {
    Arbitrary<Double> images =
        Arbitraries.longs().map(Double::longBitsToDouble).filter(number -> !Double.isNaN(number));
    Arbitrary<Double> special =
        Arbitraries.of(
            0.0,
            -0.0,
            Double.MIN_VALUE,
            -Double.MIN_VALUE,
            Double.MIN_NORMAL,
            Double.MAX_VALUE,
            -Double.MAX_VALUE,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0x1p53,
            0x1p-53);
    return Arbitraries.oneOf(images, special, moderate());
  }

  @Provide
  Arbitrary<Double> moderate() {
    return Arbitraries.doubles().between(-1000, 1000).ofScale(9);
  }
}
