package io.gradus.jobs.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import io.gradus.jobs.preview.TerminalPlot.Style;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TerminalPlotTest {
  /**
   * Quality rises evenly; the first half has twice as much of web as of wiki, the second as much.
   */
  private static Preview preview(int sources) {
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Map<String, Long> tokens = new TreeMap<>();
      for (int source = 2; source < sources; source++) {
        tokens.put("a-source-with-a-name-that-is-far-too-long-" + source, 1L);
      }
      tokens.put("web", i < 100 ? 200L : 150L);
      tokens.put("wiki", i < 100 ? 100L : 150L);
      long sum = tokens.values().stream().mapToLong(Long::longValue).sum();
      bins.add(new Bin(i * sum, sum, 10, i, (i + 0.5) / 200, tokens));
    }
    long all = bins.stream().mapToLong(Bin::tokens).sum();
    List<Double> rising = IntStream.range(0, 100).mapToObj(i -> i / 100.0).toList();
    List<Double> missing = Arrays.asList(new Double[100]);
    return new Preview(
        "books",
        new CurriculumProfile("ascending", "source", all, 2_000, bins),
        List.of(
            new Preview.Criterion("difficulty", rising),
            new Preview.Criterion("nothing", missing)));
  }

  @Test
  void drawsQualitySourcesAndRatingsWithPlainCharacters() {
    List<String> lines = TerminalPlot.lines(preview(2), Style.ASCII);
    assertThat(lines.get(0))
        .isEqualTo("books: 2,000 documents, 60k tokens, ascending, quantiles within source");
    assertThat(lines).contains("  nothing                  no rating");
    assertThat(String.join("\n", lines)).matches("(?s)\\p{ASCII}*");
    // The last line of the area is full from an eighth of the run on, the first only at its end.
    int quality = lines.indexOf("Quality: mean quantile along the run");
    assertThat(lines.get(quality + 8)).startsWith("  0.0 |").endsWith("#".repeat(70));
    assertThat(lines.get(quality + 1)).matches("  1\\.0 \\| {70,75}[.:]+#+");
    int mixture = lines.indexOf("Sources: share of tokens along the run");
    // At 56 % of the height the first half is still web.
    assertThat(lines.get(mixture + 4)).isEqualTo("      |" + "A".repeat(40) + "B".repeat(40));
    assertThat(lines)
        .contains(
            "      A web                       58.3 % of all,  66.7 % of the first tenth,  50.0 % of"
                + " the last");
    assertThat(lines)
        .anyMatch(line -> line.matches("  difficulty {15}\\.{5}.*@{5} +0\\.000 to +0\\.990"));
  }

  @Test
  void drawsWithBlocksWhereTheTerminalHasThem() {
    List<String> lines = TerminalPlot.lines(preview(2), Style.UNICODE);
    int quality = lines.indexOf("Quality: mean quantile along the run");
    assertThat(lines.get(quality + 8)).startsWith("  0.0 │").endsWith("█".repeat(70));
    assertThat(lines).anyMatch(line -> line.contains("▁▁▁▁▁") && line.contains("█████"));
  }

  @Test
  void fitsAHundredColumnsHoweverLongNamesAreAndManySources() {
    for (Style style : Style.values()) {
      assertThat(TerminalPlot.lines(preview(30), style))
          .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
      assertThat(TerminalPlot.lines(preview(30), style))
          .anyMatch(line -> line.contains(". all others"));
    }
  }
}
