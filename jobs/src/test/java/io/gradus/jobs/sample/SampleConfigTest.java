package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          method = top, temperature = 2 | sample.temperature (X): means nothing with method = top; remove it (--set sample.temperature=null does), or set method = temperature
          method = threshold | sample.threshold (X): missing; give a number
          method = bins | sample.bins (X): missing; give copies from the worst to the best, as in { repeats = [0, 0.5, 2] }
          method = bins, bins { repeats = [1, 9] } | sample.bins.repeats (X): '9.0' must be at most sample.max-repeats, which is 4
          combine = product | sample.combine (X): 'product' multiplies percentiles; set normalise = rank with it
          rank-buckets = 20 | sample.rank-buckets (X): cuts percentiles; set normalise = rank with it
          weights { a = 0 } | sample.weights (X): are all 0; give at least one criterion a weight
          reference-weight = 2 | sample.reference-weight (X): means nothing without reference = CRITERION
          by = topic | sample.by (X): means nothing without quotas = proportional, equal or shares
          quotas = shares | sample.shares (X): missing; give each name its share, as in { wiki = 30%, "*" = 70% }
          quotas = shares, shares { a = 30%, b = 30% } | sample.shares (X): sum to 60.0%; they must sum to 100%
          quotas = shares, shares { a = lots } | sample.shares (X): 'a': 'lots' is not a share such as 30% or 0.3
          tokens = 101% | sample.tokens (X): '101%' is neither a count such as 30B nor a share from 0% to 100%
          tokens = 0 | sample.tokens (X): selects nothing; give at least 1 token
          validation = 100% | sample.validation (X): must be a share of the documents below 100%, such as 0.5%
          percentile-by = source | sample.percentile-by (X): means nothing without method = bins or sigmoid
          """)
  void aMistakeIsToldWithItsRemedy(String settings, String message) {
    Problems problems = new Problems();
    SampleConfig.read(
        Section.root(ConfigFactory.parseString("sample { " + settings + " }"), problems)
            .section("sample"));
    List<String> messages =
        problems.messages().stream()
            .map(text -> text.replaceFirst("\\([^)]*:1\\)", "(X)"))
            .toList();
    assertThat(messages).contains(message);
  }
}
