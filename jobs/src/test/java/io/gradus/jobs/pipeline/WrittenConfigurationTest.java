package io.gradus.jobs.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.workspace.Json;
import io.gradus.jobs.sample.SampleConfig;
import org.junit.jupiter.api.Test;

class WrittenConfigurationTest {
  private static SampleConfig sample(String text) {
    Problems problems = new Problems();
    SampleConfig config =
        SampleConfig.read(Section.root(ConfigFactory.parseString(text), problems));
    problems.throwIfAny();
    return config;
  }

  @Test
  void keysAndConstantsAreAsTheFileHasThem() {
    assertThat(
            new WrittenConfiguration(
                    sample(
                        """
                        quotas = equal, by = source-and-topic, topic-quotas = equal, tokens = 12.5%
                        max-repeats = 3, weights { Good_One = 2 }, normalise = z-score
                        """))
                .values())
        .containsEntry("quotas", "equal")
        .containsEntry("by", "source-and-topic")
        .containsEntry("topic-quotas", "equal")
        .containsEntry("tokens", "12.5%")
        .containsEntry("max-repeats", "3")
        .containsEntry("weights.Good_One", "2.0")
        .containsEntry("normalise", "z-score");
  }

  @Test
  void aManifestsConstantsAreWrittenAlike() {
    SampleConfig before = sample("tokens = 3000");
    WrittenConfiguration now = new WrittenConfiguration(sample("method = top, tokens = 1M"));
    assertThat(now.values(Json.tree(before)))
        .containsEntry("method", "temperature")
        .containsEntry("tokens", "3000");
    assertThat(now.values()).containsEntry("method", "top").containsEntry("tokens", "1M");
  }
}
