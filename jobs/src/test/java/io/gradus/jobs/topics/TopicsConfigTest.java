package io.gradus.jobs.topics;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import org.junit.jupiter.api.Test;

class TopicsConfigTest {
  private final Problems problems = new Problems();

  @Test
  void anEmptySectionHasDefaults() {
    assertThat(read(""))
        .isEqualTo(new TopicsConfig(25, 100_000, 10_000, 50_000, 128, 20, 10, 5, "title"));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void everythingCanBeSet() {
    assertThat(
            read(
                "count = 40, sample-documents = 20k, characters = 5k, vocabulary = 10k,"
                    + " dimensions = 64, iterations = 50, terms = 3, examples = 2,"
                    + " title-field = page.title"))
        .isEqualTo(new TopicsConfig(40, 20_000, 5_000, 10_000, 64, 50, 3, 2, "page.title"));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void mistakesAreNamed() {
    read(
        "count = 0, sample-documents = 1M, characters = 10, vocabulary = 70k, dimensions = 1000,"
            + " iterations = 0, terms = -1, examples = some, method = text");
    assertThat(problems.messages())
        .containsExactly(
            "topics.count (String:1): '0' must be between 1 and 1000",
            "topics.sample-documents (String:1): '1M' must be between 1 and 200000",
            "topics.characters (String:1): '10' must be between 100 and 100000",
            "topics.vocabulary (String:1): '70k' must be between 1 and 65536",
            "topics.dimensions (String:1): '1000' must be between 1 and 512",
            "topics.iterations (String:1): '0' must be between 1 and 1000",
            "topics.terms (String:1): '-1' is not a count such as 5000, 64M, 30B or 1.5T",
            "topics.examples (String:1): 'some' is not a count such as 5000, 64M, 30B or 1.5T",
            "topics.method (String:1): unknown key; known here: characters, count, dimensions,"
                + " examples, iterations, sample-documents, terms, title-field, vocabulary");
  }

  private TopicsConfig read(String section) {
    return TopicsConfig.read(
        Section.root(ConfigFactory.parseString("topics { " + section + " }"), problems)
            .section("topics"));
  }
}
