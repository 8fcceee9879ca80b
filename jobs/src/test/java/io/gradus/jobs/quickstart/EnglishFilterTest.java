package io.gradus.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnglishFilterTest {

  @Test
  void acceptsEnglish() {
    assertThat(
            EnglishFilter.accepts(
                "We have asked for a report on the state of the fisheries, which will be ready in"
                    + " autumn."))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Wir haben in Brüssel um einen Bericht gebeten, der im Herbst vorliegen will.",
        "We hebben om een verslag over de visserij in Den Haag gevraagd, die is er in de herfst.",
        "Vi har i dag bedt om en rapport for fiskeriet, som var klar i går.",
        "Nous avons demandé un rapport sur la situation de la pêche, on me le donne en automne.",
        "Ζητήσαμε μια έκθεση για την κατάσταση της αλιείας.",
        "",
        " . "
      })
  void refusesOtherLanguagesAndTextWithoutWords(String text) {
    assertThat(EnglishFilter.accepts(text)).isFalse();
  }
}
