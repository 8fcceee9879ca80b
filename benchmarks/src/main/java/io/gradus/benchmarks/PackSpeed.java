package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.configuration.Quantity;
import io.gradus.common.job.JobContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Packs the same documents in turn; {@code benchmarks/pack_speed} starts it. */
@Command(name = "pack_speed")
public final class PackSpeed {
  /** Spark's seconds over Gradus's, at least. */
  private static final double STORED_BAR = 0.7;

  /** datatrove's seconds over Gradus's, at least. */
  private static final double TEXT_BAR = 1.0;

  /** What both kinds of run take. */
  static final class Common {
    @Option(names = "--work", required = true)
    private Path work;

    @Option(names = "--rounds")
    private int rounds = 5;

    @Option(names = "--result", description = "The file for the figures.")
    private Path result;
  }

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new PackSpeed()).execute(arguments));
  }

  @Command(name = "stored")
  int stored(
      @Mixin Common common,
      @Option(names = "--tokens", defaultValue = "100M", description = "Such as 100M or 1B.")
          String tokens)
      throws Exception {
    JobContext context = LocalContext.start("pack-speed");
    try {
      StoredTokens stored =
          StoredTokens.at(context, common.work.resolve("stored-" + tokens), Quantity.count(tokens));
      return measure(
          "stored",
          new SparkCopy(context, stored, common.work.resolve("copy")),
          new GradusPack(context, stored, common.work.resolve("packed")),
          stored.table().tokens(),
          STORED_BAR,
          common);
    } finally {
      context.session().stop();
    }
  }

  @Command(name = "text")
  int text(
      @Mixin Common common,
      @Option(names = "--copies", defaultValue = "40", description = "Of the quickstart's texts.")
          int copies,
      @Option(names = "--python", required = true) Path python,
      @Option(names = "--script", required = true) Path script,
      @Option(names = "--tokenizer", required = true) Path tokenizer,
      @Option(names = "--downloads", required = true) Path downloads)
      throws Exception {
    JobContext context = LocalContext.start("pack-speed");
    try {
      Path texts = PackTexts.write(context, common.work, downloads, tokenizer, copies);
      GradusTokens gradus =
          new GradusTokens(context, texts, tokenizer, common.work.resolve("from-text"));
      DatatroveTokens datatrove =
          new DatatroveTokens(python, script, texts, tokenizer, common.work.resolve("datatrove"));
      gradus.run();
      datatrove.run();
      if (gradus.tokens() != datatrove.tokens()) {
        throw new IllegalStateException(
            "The rivals tokenize differently: gradus %,d, datatrove %,d"
                .formatted(gradus.tokens(), datatrove.tokens()));
      }
      return measure("text", datatrove, gradus, gradus.tokens(), TEXT_BAR, common);
    } finally {
      context.session().stop();
    }
  }

  private static int measure(
      String kind, Rival rival, Rival gradus, long tokens, double bar, Common common)
      throws Exception {
    System.out.printf(Locale.ROOT, "%s%n%,d tokens%n", RatingSpeed.machine(), tokens);
    Map<String, List<Rival.Round>> measured = new LinkedHashMap<>();
    for (Rival each : List.of(rival, gradus)) {
      each.run();
      System.out.printf("%-9s %s%n", each.name(), each.description());
      measured.put(each.name(), new ArrayList<>());
    }
    for (int round = 0; round < common.rounds; round++) {
      // Nobody always comes after the same one.
      for (Rival each : round % 2 == 0 ? List.of(rival, gradus) : List.of(gradus, rival)) {
        measured.get(each.name()).add(each.run());
      }
      System.out.println(Figures.line(round, measured));
    }
    double[] before = Figures.seconds(measured.get(rival.name()));
    double[] after = Figures.seconds(measured.get(gradus.name()));
    double ratio = Figures.ratio(before, after);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("machine", RatingSpeed.machine());
    json.put("kind", kind);
    json.put("tokens", tokens);
    for (Rival each : List.of(rival, gradus)) {
      double[] seconds = Figures.seconds(measured.get(each.name()));
      double[] processors = Figures.processorSeconds(measured.get(each.name()));
      ObjectNode figure = json.putObject(each.name());
      figure.put("description", each.description());
      figure.put("medianSeconds", Figures.median(seconds));
      figure.put("medianProcessorSeconds", Figures.median(processors));
      figure.put("tokensPerSecond", tokens / Figures.median(seconds));
      figure.putPOJO("seconds", seconds);
      System.out.printf(
          Locale.ROOT,
          "  %-9s %6.2f s  %6.2f s of processors  %,.0f tokens/s%n",
          each.name(),
          Figures.median(seconds),
          Figures.median(processors),
          tokens / Figures.median(seconds));
    }
    json.put("ratio", ratio);
    json.put("bar", bar);
    System.out.printf(
        Locale.ROOT,
        "gradus over %s  %.3f (bar %.2f: %s)%n",
        rival.name(),
        ratio,
        bar,
        ratio >= bar ? "reached" : "missed");
    Files.writeString(
        common.result == null ? common.work.resolve(kind + ".json") : common.result,
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    return ratio >= bar ? 0 : 1;
  }
}
