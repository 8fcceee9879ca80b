package io.gradus.benchmarks;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Writes a synthetic selection, in a JVM of its own so that the memory of what is measured
 * afterwards is its own too.
 */
@Command(name = "prepare_selection")
public final class PrepareSelection implements Callable<Integer> {
  @Mixin private SelectionOptions selection;

  /** Prepares; options that other programs know are passed over. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new PrepareSelection())
            .setUnmatchedArgumentsAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Stopwatch writing = new Stopwatch();
    System.out.printf(
        Locale.ROOT,
        "%,d rows in %s (%.1f s)%n",
        selection.write().table().rows(),
        selection.folder(),
        writing.stop().seconds());
    return 0;
  }
}
