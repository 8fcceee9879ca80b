package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.workspace.Finished;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Selects from the same ratings in turn; {@code benchmarks/sample_speed} starts it. */
@Command(name = "sample_speed")
public final class SampleSpeed implements Callable<Integer> {
  /** NumPy's seconds over Gradus's, at least; Gradus's memory over NumPy's, at most. */
  private static final double SPEED_BAR = 1.0;

  private static final double MEMORY_BAR = 0.25;

  /** Gradus's seconds with groups over those without, at most. */
  private static final double GROUPS_BAR = 1.5;

  /** Chance differs between the rivals, so their mean scores do a little. */
  private static final double SAME_MEAN_SCORE = 0.02;

  @Mixin private RatingsOptions ratings;
  @Mixin private SelectionTask task;

  @Option(names = "--python", required = true)
  private Path python;

  @Option(names = "--script", required = true, description = "The selection in NumPy.")
  private Path script;

  @Option(names = "--rivals", split = ",", description = "Some of numpy, gradus, ungrouped.")
  private List<String> names = List.of("numpy", "gradus");

  @Option(names = "--rounds")
  private int rounds = 5;

  @Option(names = "--result", description = "The file for the figures.")
  private Path result;

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new SampleSpeed())
            .registerConverter(SelectionTask.By.class, SelectionTask.By::of)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    JobContext context = LocalContext.start("sample-speed");
    try {
      return measure(context);
    } finally {
      context.session().stop();
    }
  }

  private int measure(JobContext context) throws Exception {
    Finished<RatingsTable> table = ratings.written();
    List<SelectionRival> rivals = new ArrayList<>();
    for (String name : names) {
      rivals.add(
          switch (name) {
            case "numpy" ->
                new NumpySelection(
                    python,
                    script,
                    task,
                    table.directory(),
                    ratings.topics(),
                    ratings.folder().resolve("numpy-selection.parquet"));
            case "gradus" ->
                new GradusSample(
                    name, context, task, ratings.inputs(), ratings.folder().resolve("selection"));
            case "ungrouped" ->
                new GradusSample(
                    name,
                    context,
                    task.ungrouped(),
                    ratings.inputs(),
                    ratings.folder().resolve("selection-ungrouped"));
            default -> throw new IllegalArgumentException("--rivals: there is no " + name);
          });
    }
    System.out.printf(
        Locale.ROOT,
        "%s%n%,d rows, %,d tokens; %s%n",
        RatingSpeed.machine(),
        table.table().rows(),
        table.table().tokens(),
        task.configuration());
    for (SelectionRival rival : rivals) {
      rival.run();
      System.out.printf("%-7s %s%n", rival.name(), rival.description());
    }
    Map<String, List<Rival.Round>> measured = new LinkedHashMap<>();
    rivals.forEach(rival -> measured.put(rival.name(), new ArrayList<>()));
    List<SelectionRival> turns = new ArrayList<>(rivals);
    for (int round = 0; round < rounds; round++) {
      for (SelectionRival rival : turns) {
        measured.get(rival.name()).add(rival.run());
      }
      // Nobody always comes after the same one.
      Collections.rotate(turns, 1);
      System.out.println(Figures.line(round, measured));
    }
    return report(table.table(), rivals, measured);
  }

  private int report(
      RatingsTable table, List<SelectionRival> rivals, Map<String, List<Rival.Round>> measured)
      throws Exception {
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("machine", RatingSpeed.machine());
    json.put("rows", table.rows());
    json.put("configuration", task.configuration());
    ObjectNode figures = json.putObject("rivals");
    // Before the checks, which need memory of their own.
    Map<String, Long> peaks = new LinkedHashMap<>();
    for (SelectionRival rival : rivals) {
      peaks.put(rival.name(), rival.peakBytes());
    }
    Map<String, SelectionRival.Selected> selections = new LinkedHashMap<>();
    System.out.println("medians:");
    for (SelectionRival rival : rivals) {
      SelectionRival.Selected selected = rival.selected();
      selections.put(rival.name(), selected);
      double[] wall = Figures.seconds(measured.get(rival.name()));
      double[] processors = Figures.processorSeconds(measured.get(rival.name()));
      ObjectNode figure = figures.putObject(rival.name());
      figure.put("description", rival.description());
      figure.put("medianSeconds", Figures.median(wall));
      figure.put("medianProcessorSeconds", Figures.median(processors));
      figure.put("nanosecondsPerRow", 1e9 * Figures.median(wall) / table.rows());
      figure.put("peakMebibytes", mebibytes(peaks.get(rival.name())));
      figure.putPOJO("selected", selected);
      figure.putPOJO("seconds", wall);
      figure.putPOJO("processorSeconds", processors);
      System.out.printf(
          Locale.ROOT,
          "  %-7s %6.2f s  %6.2f s of processors  %4.0f ns a row  %,6.0f MiB at most;"
              + " %,d documents, %,d tokens, mean score %.4f%n",
          rival.name(),
          Figures.median(wall),
          Figures.median(processors),
          1e9 * Figures.median(wall) / table.rows(),
          mebibytes(peaks.get(rival.name())),
          selected.documents(),
          selected.tokens(),
          selected.meanScore());
      checkBudget(table, rival.name(), selected);
    }
    ObjectNode ratios = json.putObject("ratios");
    boolean passed = true;
    if (measured.keySet().containsAll(List.of("numpy", "gradus"))) {
      passed = compare(ratios, measured, peaks, selections);
    }
    if (measured.keySet().containsAll(List.of("gradus", "ungrouped"))) {
      passed &= compareGroups(ratios, measured);
    }
    json.put("passed", passed);
    Files.writeString(
        result == null ? ratings.folder().resolve("sample-speed.json") : result,
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    return passed ? 0 : 1;
  }

  /** Each rival takes what was asked for, and of each group a document or so beyond it. */
  private void checkBudget(RatingsTable table, String name, SelectionRival.Selected selected) {
    double budget = task.share().doubleValue() * table.tokens();
    double document = (double) table.tokens() / table.rows();
    double most = 1.001 * budget + 3 * document * ratings.groups(task.by());
    if (selected.tokens() < 0.999 * budget || selected.tokens() > most) {
      throw new IllegalStateException(
          name + " selected " + selected.tokens() + " tokens, but the budget is " + budget);
    }
  }

  private static boolean compare(
      ObjectNode ratios,
      Map<String, List<Rival.Round>> measured,
      Map<String, Long> peaks,
      Map<String, SelectionRival.Selected> selections) {
    double difference =
        Math.abs(selections.get("numpy").meanScore() - selections.get("gradus").meanScore());
    if (difference > SAME_MEAN_SCORE) {
      throw new IllegalStateException("The rivals select differently: " + selections);
    }
    double speed = Figures.ratio(measured, "numpy", "gradus");
    double processors = Figures.processorRatio(measured, "numpy", "gradus");
    double memory = (double) peaks.get("gradus") / peaks.get("numpy");
    ratios.put("gradusOverNumpy", speed);
    ratios.put("bar", SPEED_BAR);
    ratios.put("gradusOverNumpyByProcessorTime", processors);
    ratios.put("memoryOfGradusOverNumpy", memory);
    ratios.put("memoryBar", MEMORY_BAR);
    System.out.printf(
        Locale.ROOT,
        "gradus over numpy  %.3f (bar %.2f: %s); by processor time %.3f%n"
            + "memory of gradus over numpy  %.3f (bar %.2f: %s)%n",
        speed,
        SPEED_BAR,
        speed >= SPEED_BAR ? "reached" : "missed",
        processors,
        memory,
        MEMORY_BAR,
        memory <= MEMORY_BAR ? "reached" : "missed");
    return speed >= SPEED_BAR && memory <= MEMORY_BAR;
  }

  private static boolean compareGroups(ObjectNode ratios, Map<String, List<Rival.Round>> measured) {
    double seconds = Figures.ratio(measured, "gradus", "ungrouped");
    double processors = Figures.processorRatio(measured, "gradus", "ungrouped");
    ratios.put("timeWithGroupsOverWithout", seconds);
    ratios.put("groupsBar", GROUPS_BAR);
    ratios.put("timeWithGroupsOverWithoutByProcessorTime", processors);
    System.out.printf(
        Locale.ROOT,
        "time with groups over without  %.3f (bar %.2f: %s); by processor time %.3f%n",
        seconds,
        GROUPS_BAR,
        seconds <= GROUPS_BAR ? "reached" : "missed",
        processors);
    return seconds <= GROUPS_BAR;
  }

  private static double mebibytes(long bytes) {
    return (double) bytes / (1 << 20);
  }
}
