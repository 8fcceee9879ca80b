package io.gradus.benchmarks;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.SelectionTable;
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

/** Orders the same selection in turn; {@code benchmarks/order_speed} starts it. */
@Command(name = "order_speed")
public final class OrderSpeed implements Callable<Integer> {
  /** Kaiyuan-Spark's seconds over Gradus's, at least. */
  private static final double BAR = 3.0;

  @Mixin private SelectionOptions options;

  @Option(names = "--python", required = true)
  private Path python;

  @Option(names = "--script", required = true, description = "Runs Kaiyuan-Spark's node.")
  private Path script;

  @Option(names = "--rival-source", description = "A clone of thu-pacman/Kaiyuan-Spark.")
  private Path rivalSource;

  @Option(names = "--rival-heap")
  private String rivalHeap = "6g";

  @Option(names = "--rivals", split = ",", description = "Some of kaiyuan and gradus.")
  private List<String> names = List.of("kaiyuan", "gradus");

  @Option(names = "--order", description = "Gradus's section order; the rival knows only this one.")
  private String order = "shape = ascending, within = source";

  @Option(names = "--rounds")
  private int rounds = 5;

  @Option(names = "--result", description = "The file for the figures.")
  private Path result;

  private final HeapWatch heapWatch = new HeapWatch();

  /** Runs the benchmark. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new OrderSpeed()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (names.contains("kaiyuan") && rivalSource == null) {
      System.err.println(
          "--rival-source: give the folder of a clone of github.com/thu-pacman/Kaiyuan-Spark, or"
              + " --rivals gradus to measure Gradus alone");
      return 2;
    }
    JobContext context = LocalContext.start("order-speed");
    List<OrderRival> rivals = new ArrayList<>();
    try {
      Finished<SelectionTable> selection = options.write();
      for (String name : names) {
        rivals.add(rival(name, context, selection));
      }
      return measure(selection.table(), rivals);
    } finally {
      for (OrderRival rival : rivals) {
        rival.close();
      }
      context.session().stop();
    }
  }

  private OrderRival rival(String name, JobContext context, Finished<SelectionTable> selection)
      throws Exception {
    return switch (name) {
      case "kaiyuan" ->
          new KaiyuanReorder(
              python,
              script,
              rivalSource,
              selection.directory().table().toUri().getPath(),
              options.folder().resolve("kaiyuan"),
              rivalHeap);
      case "gradus" ->
          new GradusOrder(context, order, selection, options.folder().resolve("gradus"));
      default -> throw new IllegalArgumentException("--rivals: there is no " + name);
    };
  }

  private int measure(SelectionTable table, List<OrderRival> rivals) throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%s%n%,d rows, %,d tokens, %d sources%n",
        RatingSpeed.machine(),
        table.rows(),
        table.tokens(),
        table.tokensBySource().size());
    Map<String, List<Rival.Round>> measured = new LinkedHashMap<>();
    for (OrderRival rival : rivals) {
      System.out.printf("%-8s %s%n", rival.name(), rival.description());
      if (rivals.size() > 1) {
        // Compared are JVMs that have done it before.
        rival.run();
      }
      measured.put(rival.name(), new ArrayList<>());
    }
    List<OrderRival> turns = new ArrayList<>(rivals);
    for (int round = 0; round < rounds; round++) {
      for (OrderRival rival : turns) {
        measured.get(rival.name()).add(rival.run());
      }
      // Nobody always comes after the same one.
      Collections.rotate(turns, 1);
      System.out.println(Figures.line(round, measured));
    }
    return report(table, rivals, measured);
  }

  private int report(
      SelectionTable table, List<OrderRival> rivals, Map<String, List<Rival.Round>> measured)
      throws Exception {
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("machine", RatingSpeed.machine());
    json.put("rows", table.rows());
    ObjectNode figures = json.putObject("rivals");
    double heap = mebibytes(heapWatch.mostBytes());
    System.out.println("medians:");
    for (OrderRival rival : rivals) {
      double peak = mebibytes(rival.peakBytes());
      double[] wall = Figures.seconds(measured.get(rival.name()));
      double[] processors = Figures.processorSeconds(measured.get(rival.name()));
      ObjectNode figure = figures.putObject(rival.name());
      figure.put("description", rival.description());
      figure.put("medianSeconds", Figures.median(wall));
      figure.put("medianProcessorSeconds", Figures.median(processors));
      figure.put("peakMebibytes", peak);
      figure.putPOJO("seconds", wall);
      figure.putPOJO("processorSeconds", processors);
      System.out.printf(
          Locale.ROOT,
          "  %-8s %6.2f s  %6.2f s of processors  %,6.0f MiB at most%n",
          rival.name(),
          Figures.median(wall),
          Figures.median(processors),
          peak);
      if (rival.rows() != table.rows()) {
        throw new IllegalStateException(
            rival.name() + " wrote " + rival.rows() + " of " + table.rows() + " rows");
      }
    }
    if (measured.containsKey("gradus")) {
      json.put("gradusHeapAfterCollectionsMebibytes", heap);
      System.out.printf(
          Locale.ROOT, "after a collection, gradus's heap held %,.0f MiB at most%n", heap);
    }
    boolean passed = rivals.size() < 2 || compare(json, measured);
    json.put("passed", passed);
    Files.writeString(
        result == null ? options.folder().resolve("order-speed.json") : result,
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    return passed ? 0 : 1;
  }

  private static boolean compare(ObjectNode json, Map<String, List<Rival.Round>> measured) {
    double speed = Figures.ratio(measured, "kaiyuan", "gradus");
    double processors = Figures.processorRatio(measured, "kaiyuan", "gradus");
    json.put("gradusOverKaiyuan", speed);
    json.put("bar", BAR);
    json.put("gradusOverKaiyuanByProcessorTime", processors);
    System.out.printf(
        Locale.ROOT,
        "gradus over kaiyuan  %.2f (bar %.1f: %s); by processor time %.2f%n",
        speed,
        BAR,
        speed >= BAR ? "reached" : "missed",
        processors);
    return speed >= BAR;
  }

  private static double mebibytes(long bytes) {
    return (double) bytes / (1 << 20);
  }
}
