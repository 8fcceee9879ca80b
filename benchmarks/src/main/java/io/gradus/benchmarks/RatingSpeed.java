package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.JobContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Rates the same documents in three ways, in turn; {@code benchmarks/rating_speed} starts it. */
@Command(name = "rating_speed")
public final class RatingSpeed implements Callable<Integer> {
  /** How far scores may lie apart: 1e-4 is what Gradus rounds to. */
  private static final double SAME = 1e-3;

  /** End to end in Spark over the bare session, and over QuRating's loop. */
  private static final Map<String, Double> BARS = Map.of("bare", 0.95, "torch", 1.0);

  @Option(names = "--work", required = true)
  private Path work;

  @Option(names = "--model", required = true, description = "With bundle/ and torch/.")
  private Path model;

  @Option(names = "--python", required = true)
  private Path python;

  @Option(names = "--loop", required = true, description = "QuRating's loop.")
  private Path loop;

  @Option(names = "--downloads", required = true, description = "With the quickstart's artifacts.")
  private Path downloads;

  @Option(names = "--rounds")
  private int rounds = 5;

  @Option(names = "--share", description = "One document in so many is rated.")
  private int share = 4;

  @Option(names = "--result", description = "The file for the figures.")
  private Path result;

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new RatingSpeed()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    JobContext context = LocalContext.start("rating-speed");
    try {
      return measure(context);
    } finally {
      context.session().stop();
    }
  }

  private int measure(JobContext context) throws Exception {
    Path bundle = model.resolve("bundle");
    JsonNode definition = new JsonMapper().readTree(bundle.resolve("rater.json").toFile());
    Corpus corpus = Corpus.prepare(context, work, downloads, bundle, share);
    Chunks chunks =
        Chunks.of(
            corpus.texts(),
            bundle.resolve("tokenizer.json"),
            definition.path("chunk").path("tokens").asInt());
    System.out.printf(
        Locale.ROOT,
        "%s%n%,d documents, %,d chunks, %,d tokens%n",
        machine(),
        corpus.texts().size(),
        chunks.chunks().size(),
        chunks.tokens());
    BareSession.Setting best =
        BareSession.best(bundle.resolve("model.onnx"), definition, chunks.sample(16));
    try (TorchLoop torch =
            new TorchLoop(
                python,
                loop,
                model.resolve("torch"),
                corpus.file(),
                work.resolve("torch-scores.jsonl"),
                LocalContext.CORES);
        BareSession bare =
            new BareSession(bundle.resolve("model.onnx"), definition, chunks, best, options -> {});
        GradusRate gradus = new GradusRate(context, corpus, criteria(definition))) {
      List<Rival> rivals = new ArrayList<>(List.of(torch, bare, gradus));
      for (Rival rival : rivals) {
        System.out.printf("%-7s %s%n", rival.name(), rival.description());
        rival.run();
      }
      double difference = checkSameWork(torch, bare, gradus, chunks);
      System.out.printf(
          Locale.ROOT,
          "scores differ by at most %.1e; torch pads %.1f %% of its positions%n",
          difference,
          100 * (1 - torch.last().path("tokens").asDouble() / positions(torch)));
      Map<String, List<Rival.Round>> measured = new LinkedHashMap<>();
      rivals.forEach(rival -> measured.put(rival.name(), new ArrayList<>()));
      for (int round = 0; round < rounds; round++) {
        for (Rival rival : rivals) {
          measured.get(rival.name()).add(rival.run());
        }
        // Nobody always comes after the same one.
        Collections.rotate(rivals, 1);
        System.out.println(Figures.line(round, measured));
      }
      return report(measured, chunks, rivals, difference, torch);
    }
  }

  private static double positions(TorchLoop torch) {
    return torch.last().path("positions").asDouble();
  }

  private static List<String> criteria(JsonNode definition) {
    List<String> names = new ArrayList<>();
    definition.path("criteria").forEach(criterion -> names.add(criterion.path("name").asText()));
    return names;
  }

  /** The largest difference between the scores of two rivals; throws where it is too large. */
  private static double checkSameWork(
      TorchLoop torch, RatingRival bare, RatingRival gradus, Chunks chunks) throws Exception {
    if (torch.last().path("tokens").asLong() != chunks.tokens()) {
      throw new IllegalStateException(
          "torch saw " + torch.last() + ", but there are " + chunks.tokens() + " tokens");
    }
    Map<String, List<Double>> expected = bare.scores();
    double largest = 0;
    for (RatingRival rival : List.of(torch, gradus)) {
      Map<String, List<Double>> found = rival.scores();
      if (!found.keySet().equals(expected.keySet())) {
        throw new IllegalStateException(rival.name() + " rated other documents");
      }
      for (Map.Entry<String, List<Double>> document : expected.entrySet()) {
        for (int i = 0; i < document.getValue().size(); i++) {
          double difference =
              Math.abs(document.getValue().get(i) - found.get(document.getKey()).get(i));
          if (!(difference <= SAME)) {
            throw new IllegalStateException(
                rival.name()
                    + " gives "
                    + found.get(document.getKey())
                    + " to document "
                    + document.getKey()
                    + ", the bare session "
                    + document.getValue());
          }
          largest = Math.max(largest, difference);
        }
      }
    }
    return largest;
  }

  private int report(
      Map<String, List<Rival.Round>> measured,
      Chunks chunks,
      List<Rival> rivals,
      double difference,
      TorchLoop torch)
      throws IOException {
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("machine", machine());
    json.put("tokens", chunks.tokens());
    json.put("largestScoreDifference", difference);
    json.set("torch", torch.last());
    ObjectNode figures = json.putObject("rivals");
    System.out.println("medians:");
    for (Rival rival : rivals) {
      double[] wall = Figures.seconds(measured.get(rival.name()));
      double[] processors = Figures.processorSeconds(measured.get(rival.name()));
      ObjectNode figure = figures.putObject(rival.name());
      figure.put("description", rival.description());
      figure.put("tokensPerSecond", chunks.tokens() / Figures.median(wall));
      figure.put("tokensPerProcessorSecond", chunks.tokens() / Figures.median(processors));
      figure.putPOJO("seconds", wall);
      figure.putPOJO("processorSeconds", processors);
      System.out.printf(
          Locale.ROOT,
          "  %-7s %,8.0f tokens/s  %,8.0f tokens for a second of one processor%n",
          rival.name(),
          chunks.tokens() / Figures.median(wall),
          chunks.tokens() / Figures.median(processors));
    }
    boolean passed = true;
    ObjectNode ratios = json.putObject("ratios");
    for (Map.Entry<String, Double> bar : new TreeMap<>(BARS).entrySet()) {
      double wall = Figures.ratio(measured, bar.getKey(), "gradus");
      double processors = Figures.processorRatio(measured, bar.getKey(), "gradus");
      passed &= wall >= bar.getValue();
      ObjectNode ratio = ratios.putObject(bar.getKey());
      ratio.put("bar", bar.getValue());
      ratio.put("gradusOver", wall);
      ratio.put("gradusOverByProcessorTime", processors);
      System.out.printf(
          Locale.ROOT,
          "gradus over %-5s  %.3f (bar %.2f: %s); by processor time %.3f%n",
          bar.getKey(),
          wall,
          bar.getValue(),
          wall >= bar.getValue() ? "reached" : "missed",
          processors);
    }
    json.put("passed", passed);
    Files.writeString(
        result == null ? work.resolve("rating-speed.json") : result,
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    return passed ? 0 : 1;
  }

  static String machine() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.substring(line.indexOf(':') + 1).trim())
            .orElse("unknown processor");
    return String.format(
        Locale.ROOT,
        "%s, %d cores, Java %s, load %.1f",
        model,
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        Stopwatch.load());
  }
}
