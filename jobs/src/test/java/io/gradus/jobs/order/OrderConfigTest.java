package io.gradus.jobs.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.workspace.Json;
import io.gradus.jobs.order.OrderConfig.Within;
import io.gradus.jobs.pipeline.PipelineConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class OrderConfigTest {
  private final Problems problems = new Problems();

  private OrderConfig read(String text) {
    return OrderConfig.read(Section.root(ConfigFactory.parseString(text), problems));
  }

  private Shape shape(String text) {
    Shape shape = read("shape = " + text).shape();
    assertThat(problems.messages()).isEmpty();
    return shape;
  }

  @Test
  void theDefaultIsAscendingWithinSource() {
    assertThat(read("")).isEqualTo(new OrderConfig(new Ascending(), Within.SOURCE));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void aNameAloneStandsForAShapeWithDefaults() {
    assertThat(shape("descending")).isEqualTo(new Descending());
    assertThat(shape("shuffled")).isEqualTo(new Shuffled());
    assertThat(shape("folded")).isEqualTo(new Folded(5, new Ascending()));
    assertThat(shape("zig-zag")).isEqualTo(new ZigZag(5, new Ascending()));
    assertThat(shape("saw")).isEqualTo(new Saw(3, 0.075, 2, new Ascending()));
    assertThat(shape("stair")).isEqualTo(new Stair(2, 0.225, 3, new Ascending()));
    assertThat(shape("stochastic")).isEqualTo(new Stochastic(1, new Ascending()));
    assertThat(shape("jitter")).isEqualTo(new Jitter(0.01, new Ascending()));
    assertThat(shape("buckets")).isEqualTo(new Buckets(100, new Shuffled()));
    assertThat(shape("blocked")).isEqualTo(new Blocked(Group.SOURCE, List.of(), new Ascending()));
    assertThat(shape("interleaved")).isEqualTo(new Interleaved(Group.SOURCE, 0, new Ascending()));
    assertThat(shape("cyclic")).isEqualTo(Cyclic.of(0.25, 0.5, 8, new Shuffled()));
    assertThat(shape("warm-up"))
        .isEqualTo(new WarmUp(Pacing.LINEAR, 0.1, 0.3, WarmUp.First.POOREST));
  }

  @Test
  void shapesNestWithTheirSettings() {
    assertThat(
            shape(
                """
                { jitter { width = 2%, inside {
                    blocked { by = topic, inside { buckets { count = 10, inside = descending } } }
                } } }
                """))
        .isEqualTo(
            new Jitter(
                0.02, new Blocked(Group.TOPIC, List.of(), new Buckets(10, new Descending()))));
  }

  @Test
  void aListIsPhasesOfWhichOneTakesTheRest() {
    assertThat(
            shape(
                """
                [
                  { name = stable, share = 70%, shape = shuffled }
                  { pool { "cc-*" = 20%, "*" = 100% }, mixture { "cc-*" = 60%, "*" = 40% } }
                ]
                """))
        .isEqualTo(
            new Phases(
                List.of(
                    new Phases.Phase("stable", 0.7, Map.of(), Map.of(), new Shuffled()),
                    new Phases.Phase(
                        "phase 2",
                        1 - 0.7,
                        Map.of("cc-*", 0.2, "*", 1.0),
                        Map.of("cc-*", 0.6, "*", 0.4),
                        new Ascending()))));
  }

  @Test
  void topicsAreNeededWhereverAShapeTellsThemApart() {
    assertThat(shape("{ folded { inside { blocked { by = topic } } } }").needsTopics()).isTrue();
    assertThat(shape("[ { share = 100%, shape { interleaved { by = topic } } } ]").needsTopics())
        .isTrue();
    assertThat(shape("{ blocked { inside = folded } }").needsTopics()).isFalse();
  }

  @Test
  void theExampleOfKaiyuansPhasesIsGood() {
    PipelineConfig config = PipelineConfig.read(Path.of("../conf/kaiyuan-2b.conf"), List.of());
    assertThat(((Phases) config.order().shape()).phases())
        .extracting(Phases.Phase::name)
        .containsExactly("stable-1", "stable-2", "quality-1", "quality-2", "decay");
    config
        .order()
        .shape()
        .check(List.of("dclm", "fineweb-edu", "finemath", "starcoder", "fineweb-edu-chinese"), 0);
  }

  @Test
  void allProblemsComeAtOnceWithPlaceValueAndRemedy() {
    read(
        """
        shape = [
          { share = 50%, shape = foldet }
          { share = 20%, mixture { web = 90% }, shape { folded { layers = 1, insid = ascending } } }
          { share = 20%, shape { cyclic { start = 10%, draws = 3 } } }
          { share = 5%, shape { jitter { width = 200% }, buckets { } } }
        ]
        within = sauce
        """);
    assertThat(problems.messages())
        .containsExactly(
            "shape[0].shape (String:2): 'foldet' is not one of ascending, blocked,"
                + " buckets, cyclic, descending, folded, interleaved, jitter, phases, saw, shuffled,"
                + " stair, stochastic, warm-up, zig-zag; did you mean 'folded'?",
            "shape[1].mixture (String:3): sums to 90 % and must sum to 100 %",
            "shape[1].shape.folded.layers (String:3): '1' must be between 2 and 1000",
            "shape[1].shape.folded.insid (String:3): unknown key; did you mean 'inside'?",
            "shape[2].shape.cyclic.draws (String:4): 3 draws that start at 10 % never take from"
                + " everything, so some documents would not be read; give at least 5, or a greater"
                + " start",
            "shape[3].shape.buckets (String:5): must hold one shape with its settings, as { folded"
                + " { layers = 5 } }, and has buckets, jitter",
            "shape (String:1): the shares of the phases sum to 95 % and must sum to 100 %",
            "within (String:7): 'sauce' is not one of source, overall; did you mean 'source'?");
  }

  @Test
  void sharesAreAboveZeroAndAtMostWhatTheyMayBe() {
    read("shape { jitter { width = 0 } }");
    read("shape { saw { radius = 70% } }");
    assertThat(problems.messages())
        .containsExactly(
            "shape.jitter.width (String:1): '0' is not a share above 0 % and up to 100 %, as 30%",
            "shape.saw.radius (String:1): '70%' is not a share above 0 % and up to 50 %, as 30%");
  }

  @Test
  void writtenAsJsonEachShapeHasItsNameAndSettings() {
    assertThat(Json.tree(shape("ascending"))).hasToString("{\"ascending\":{}}");
    assertThat(Json.tree(shape("{ folded { layers = 3, inside = descending } }")))
        .hasToString("{\"folded\":{\"inside\":{\"descending\":{}},\"layers\":3}}");
    assertThat(Json.tree(shape("[ { share = 100% } ]")))
        .hasToString(
            "{\"phases\":{\"phases\":[{\"mixture\":{},\"name\":\"phase 1\",\"pool\":{},"
                + "\"shape\":{\"ascending\":{}},\"share\":1.0}]}}");
    assertThat(Json.tree(shape("cyclic")))
        .hasToString(
            "{\"cyclic\":{\"draws\":8,\"factor\":0.5,\"inside\":{\"shuffled\":{}},\"start\":0.25}}");
  }

  @Test
  void titlesSayWhatAShapeDoes() {
    assertThat(shape("ascending").title()).isEqualTo("ascending");
    assertThat(shape("{ folded { inside = descending } }").title())
        .isEqualTo("folded (5 layers), inside descending");
    assertThat(shape("{ blocked { by = topic, inside { buckets { count = 8 } } } }").title())
        .isEqualTo("blocked by topic, inside buckets (8), inside shuffled");
    assertThat(shape("[ { name = a, share = 70% }, { name = b } ]").title())
        .isEqualTo("2 phases (a 70 % ascending; b 30 % ascending)");
    assertThat(shape("{ warm-up { pacing = root } }").title())
        .isEqualTo("warm-up (root, from 10 %, over 30 %)");
  }

  @Test
  void thePageNamesTheDefaultsOfEveryShape() throws IOException {
    List<MatchResult> shapes =
        Pattern.compile("^\\| `([a-z-]+) (\\{.*?\\})` \\|", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("../docs/order.md")))
            .results()
            .filter(row -> !List.of("pool", "mixture").contains(row.group(1)))
            .toList();
    assertThat(shapes).hasSize(11);
    for (MatchResult row : shapes) {
      assertThat(shape("{ " + row.group(1) + " " + row.group(2) + " }"))
          .isEqualTo(shape(row.group(1)));
    }
  }
}
