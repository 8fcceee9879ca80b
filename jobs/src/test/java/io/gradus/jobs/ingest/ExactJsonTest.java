package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExactJsonTest {
  @Test
  void numbersKeepTheirDigitsAndKeysAreSorted() throws Rejected {
    assertThat(
            ExactJson.write(ExactJson.readObject("{\"n\": 1e5, \"b\": {\"d\": 1.10, \"c\": 2}}")))
        .isEqualTo("{\"b\":{\"c\":2,\"d\":1.10},\"n\":1E+5}");
  }

  @Test
  void anObjectWithoutFieldsIsNothing() throws Rejected {
    assertThat(ExactJson.write(ExactJson.readObject("{}"))).isNull();
  }
}
