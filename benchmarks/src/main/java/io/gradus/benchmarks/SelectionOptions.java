package io.gradus.benchmarks;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Option;

/** Which synthetic selection a benchmark reads, and where it lies. */
final class SelectionOptions {
  @Option(names = "--work", required = true)
  private Path work;

  @Option(names = "--rows", description = "Such as 10M or 100M.")
  private String rows = "10M";

  /** Writes the selection where it is not there yet. */
  Finished<SelectionTable> write() throws InterruptedException, ExecutionException {
    StageDirectory directory = RatingsOptions.directory(folder().resolve("selection"));
    return new Finished<>(
        directory, SyntheticSelection.at(directory, Quantity.count(rows), LocalContext.CORES));
  }

  Path folder() {
    return work.resolve(rows + "-rows");
  }
}
