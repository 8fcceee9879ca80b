package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.selection.Quotas;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.TokenAmount;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sample.SampleConfig;
import io.gradus.jobs.sample.SampleJob;
import io.gradus.jobs.sweep.CurrentSampling;
import io.gradus.jobs.sweep.SweepConfig;
import io.gradus.jobs.sweep.SweepJob;
import io.gradus.jobs.sweep.SweepReport;
import io.gradus.jobs.sweep.SweepResult;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares settings from the same ratings again and again; {@code benchmarks/sweep_speed}. */
@Command(name = "sweep_speed")
public final class SweepSpeed implements Callable<Integer> {
  private static final long SEED = 42;

  /** Ten minutes for 50 million rows. */
  private static final double NANOSECONDS_A_ROW = 12_000;

  private static final double LEAST_SECONDS = 30;

  private static final List<String> MIXES =
      List.of(
          "writing_style = 1",
          "required_expertise = 1",
          "facts_and_trivia = 1",
          "educational_value = 1",
          "writing_style = 1, required_expertise = 1, facts_and_trivia = 1, educational_value = 1",
          "facts_and_trivia = 1, educational_value = 1",
          "writing_style = 1, educational_value = 2",
          "required_expertise = 1, facts_and_trivia = 2");

  @Mixin private RatingsOptions ratings;

  @Option(names = "--mixes", description = "How many mixes of criteria, up to 8.")
  private int mixes = 5;

  @Option(names = "--rounds")
  private int rounds = 3;

  @Option(names = "--result", description = "The file for the figures.")
  private Path result;

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SweepSpeed()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    JobContext context = LocalContext.start("sweep-speed");
    try {
      return measure(context);
    } finally {
      context.session().stop();
    }
  }

  private SweepConfig grid() {
    StringBuilder text =
        new StringBuilder(
            "temperatures = [0, 0.5, 1, 2, infinity], quotas = [none, proportional by source],"
                + " budgets = [2%, 5%, 10%, 25%], mixes {");
    for (int mix = 0; mix < mixes; mix++) {
      text.append(mix == 0 ? "" : ",");
      text.append(" m").append(mix).append(" { ").append(MIXES.get(mix)).append(" }");
    }
    Section section = RatingsOptions.section(text.append(" }").toString());
    SweepConfig config =
        SweepConfig.read(
            section,
            new CurrentSampling(2, Scoring.DEFAULT, Quotas.NONE, TokenAmount.ofShare(0.1), 1, 0));
    section.problems().throwIfAny();
    return config;
  }

  private int measure(JobContext context) throws Exception {
    RatingInputs inputs = ratings.inputs();
    StageDirectory output = RatingsOptions.directory(ratings.folder().resolve("sweep"));
    long rows = inputs.ratings().table().rows();
    System.out.printf(Locale.ROOT, "%s%n%,d rows%n", RatingSpeed.machine(), rows);
    List<Rival.Round> measured = new ArrayList<>();
    SweepResult last = null;
    // The first round warms the JVM and does not count.
    for (int round = 0; round <= rounds; round++) {
      Stopwatch stopwatch = new Stopwatch();
      last = new SweepJob().run(context, grid(), SEED, inputs, output);
      Rival.Round done = stopwatch.stop();
      System.out.printf(
          Locale.ROOT,
          "round %d: %.1f s (%.1f s of processors), %d settings, %d scans  load %.1f%n",
          round,
          done.seconds(),
          done.processorSeconds(),
          last.settings(),
          last.scans(),
          Stopwatch.load());
      if (round > 0) {
        measured.add(done);
      }
    }
    long resident = ResidentMemory.mostBytes();
    long heap = heapAfterCollections();
    check(context, inputs, Json.read(output.text(SweepJob.FILE).orElseThrow(), SweepReport.class));
    return report(rows, last, measured, resident, heap);
  }

  private int report(
      long rows, SweepResult last, List<Rival.Round> measured, long resident, long heap)
      throws IOException {
    double seconds = Figures.median(Figures.seconds(measured));
    double bar = Math.max(LEAST_SECONDS, rows * NANOSECONDS_A_ROW / 1e9);
    boolean passed = seconds <= bar;
    System.out.printf(
        Locale.ROOT,
        "median %.1f s, %.0f ns a row (bar %.0f s: %s); %,d MiB resident, %,d MiB of heap after a"
            + " collection, at most%n",
        seconds,
        1e9 * seconds / rows,
        bar,
        passed ? "reached" : "missed",
        resident >> 20,
        heap >> 20);
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("machine", RatingSpeed.machine());
    json.put("rows", rows);
    json.put("settings", last.settings());
    json.put("scans", last.scans());
    json.put("medianSeconds", seconds);
    json.put("nanosecondsPerRow", 1e9 * seconds / rows);
    json.put("barSeconds", bar);
    json.put("residentMebibytes", resident >> 20);
    json.put("heapAfterCollectionMebibytes", heap >> 20);
    json.putPOJO("seconds", Figures.seconds(measured));
    json.putPOJO("processorSeconds", Figures.processorSeconds(measured));
    json.put("passed", passed);
    Files.writeString(
        result == null ? ratings.folder().resolve("sweep-speed.json") : result,
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    return passed ? 0 : 1;
  }

  /** One setting is what the stage sample selects. */
  private void check(JobContext context, RatingInputs inputs, SweepReport report) {
    SweepReport.Setting setting =
        report.settings().stream()
            .filter(one -> one.mix().equals("m3") || mixes < 4)
            .filter(one -> one.temperature() == 2 && one.budget().equals("10%"))
            .filter(one -> one.quotas().equals("proportional by source"))
            .findFirst()
            .orElseThrow();
    String weights = Json.write(setting.weights());
    Section section =
        RatingsOptions.section(
            "temperature = 2, tokens = \"10%\", quotas = proportional, weights = " + weights);
    SampleConfig config = SampleConfig.read(section);
    section.problems().throwIfAny();
    SelectionTable selected =
        new SampleJob()
            .run(
                context,
                config,
                SEED,
                inputs,
                RatingsOptions.directory(ratings.folder().resolve("selection")))
            .table();
    if (selected.rows() != setting.figures().documents()
        || selected.tokens() != setting.figures().tokens()) {
      throw new IllegalStateException(
          "sample selects " + selected + ", the sweep says " + setting.figures());
    }
    System.out.printf(
        Locale.ROOT, "sample selects the same %,d documents with one setting%n", selected.rows());
  }

  /** The heap that was still in use after the last collection, the pools' peaks left out. */
  private static long heapAfterCollections() {
    System.gc();
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .map(MemoryPoolMXBean::getCollectionUsage)
        .filter(Objects::nonNull)
        .mapToLong(MemoryUsage::getUsed)
        .sum();
  }
}
