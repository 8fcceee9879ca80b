package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gradus.benchmarks.BareSession.Setting;
import io.gradus.benchmarks.BareSession.Tuning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the bare session with one setting after the other, round after round; {@code
 * benchmarks/session_settings} starts it. Where the defaults of {@code rate} come from.
 */
@Command(name = "session_settings")
public final class SessionSettings implements Callable<Integer> {
  private static final Setting USUAL = new Setting(2, 1, 1024);
  private static final Tuning AS_IT_IS = options -> {};

  @Option(names = "--model", required = true, description = "With bundle/ and graphs/.")
  private Path model;

  @Option(names = "--documents", required = true, description = "JSON lines of id and text.")
  private Path documents;

  @Option(names = "--rounds")
  private int rounds = 7;

  @Option(names = "--every", description = "One chunk in so many is used.")
  private int every = 16;

  private record Variant(String name, String graph, Setting setting, Tuning tuning) {}

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SessionSettings()).execute(arguments));
  }

  private static List<Variant> variants() {
    List<Variant> variants = new ArrayList<>();
    variants.add(new Variant("fused", "fused", USUAL, AS_IT_IS));
    for (int tokens : new int[] {1, 512, 2048, 4096, 8192}) {
      variants.add(new Variant("", "fused", new Setting(2, 1, tokens), AS_IT_IS));
    }
    Tuning sleeping = options -> options.addConfigEntry("session.intra_op.allow_spinning", "0");
    for (int tokens : new int[] {1, 1024, 4096}) {
      Setting oneRun = new Setting(1, 2, tokens);
      variants.add(new Variant("", "fused", oneRun, AS_IT_IS));
      variants.add(new Variant("no spinning", "fused", oneRun, sleeping));
    }
    variants.add(new Variant("not fused", "plain", USUAL, AS_IT_IS));
    variants.add(new Variant("int8", "fused-int8", USUAL, AS_IT_IS));
    variants.add(new Variant("int8, not fused", "plain-int8", USUAL, AS_IT_IS));
    variants.add(
        new Variant(
            "denormals flushed",
            "fused",
            USUAL,
            options -> options.addConfigEntry("session.set_denormal_as_zero", "1")));
    variants.add(
        new Variant(
            "weights outside the arena",
            "fused",
            USUAL,
            options ->
                options.addConfigEntry("session.use_device_allocator_for_initializers", "1")));
    variants.add(
        new Variant("no arena", "fused", USUAL, options -> options.setCPUArenaAllocator(false)));
    variants.add(
        new Variant(
            "no memory pattern",
            "fused",
            USUAL,
            options -> options.setMemoryPatternOptimization(false)));
    return variants;
  }

  @Override
  public Integer call() throws Exception {
    Path bundle = model.resolve("bundle");
    JsonNode definition = new JsonMapper().readTree(bundle.resolve("rater.json").toFile());
    List<Corpus.Text> texts = new ArrayList<>();
    for (String line : Files.readAllLines(documents)) {
      texts.add(new JsonMapper().readValue(line, Corpus.Text.class));
    }
    Chunks chunks =
        Chunks.of(
                texts,
                bundle.resolve("tokenizer.json"),
                definition.path("chunk").path("tokens").asInt())
            .sample(every);
    System.out.printf(Locale.ROOT, "%s%n%,d tokens%n", RatingSpeed.machine(), chunks.tokens());
    List<Variant> variants = variants();
    List<BareSession> sessions = new ArrayList<>();
    try {
      for (Variant variant : variants) {
        Path graph = model.resolve("graphs").resolve(variant.graph() + ".onnx");
        sessions.add(
            new BareSession(graph, definition, chunks, variant.setting(), variant.tuning()));
        sessions.get(sessions.size() - 1).run();
      }
      measure(variants, sessions, chunks.tokens());
    } finally {
      for (BareSession session : sessions) {
        session.close();
      }
    }
    return 0;
  }

  private void measure(List<Variant> variants, List<BareSession> sessions, long tokens)
      throws InterruptedException {
    double[][] wall = new double[variants.size()][rounds];
    double[][] processor = new double[variants.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < sessions.size(); i++) {
        Rival.Round done = sessions.get(i).run();
        wall[i][round] = done.seconds();
        processor[i][round] = done.processorSeconds();
      }
    }
    System.out.println("tokens a second; speed as a multiple of the first line's:");
    for (int i = 0; i < sessions.size(); i++) {
      System.out.printf(
          Locale.ROOT,
          "%-26s %-44s %,7.0f  %.2f by wall time  %.2f by processor time%n",
          variants.get(i).name(),
          variants.get(i).setting(),
          tokens / Figures.median(wall[i]),
          Figures.ratio(wall[0], wall[i]),
          Figures.ratio(processor[0], processor[i]));
    }
  }
}
