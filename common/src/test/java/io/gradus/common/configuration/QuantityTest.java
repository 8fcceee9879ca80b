package io.gradus.common.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "5000,5000",
    "64k,64000",
    "1.5M,1500000",
    "30B,30000000000",
    "2 T,2000000000000",
    "1_000,1000",
    "1e9,1000000000"
  })
  void countsAreDecimal(String text, long expected) {
    assertThat(Quantity.count(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"4096,4096", "64KiB,65536", "2GB,2000000000", "1.5 MiB,1572864"})
  void sizesFollowTheirPrefix(String text, long expected) {
    assertThat(Quantity.bytes(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "B", "-1", "1.5", "12 apples", "99999999999T"})
  void whatIsNoCountIsRefused(String text) {
    assertThatThrownBy(() -> Quantity.count(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + text + "' is not a count such as 5000, 64M, 30B or 1.5T");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "9999,9999", "10000,10k", "64000000,64M", "1530000000,1.5B", "999960,1M"})
  void countsAreShownShort(long count, String expected) {
    assertThat(Quantity.show(count)).isEqualTo(expected);
  }

  @Test
  void theNearestWordIsFoundAndFarOnesAreNot() {
    assertThat(Suggestion.nearest("temprature", java.util.List.of("tokens", "temperature")))
        .contains("temperature");
    assertThat(Suggestion.nearest("zzz", java.util.List.of("tokens", "temperature"))).isEmpty();
  }
}
