package io.gradus.benchmarks;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Section;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.rate.SyntheticRatings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;

/** Which synthetic ratings a benchmark reads, and where they lie. */
final class RatingsOptions {
  private static final String CALIBRATION = "calibration.json";

  @Option(names = "--work", required = true)
  private Path work;

  @Option(names = "--rows", description = "Such as 50M or 254M.")
  private String rows = "50M";

  @Option(names = "--sources", description = "7 are QuRatedPajama's.")
  private int sources = 7;

  @Option(names = "--topics", description = "How many; 0 for none.")
  private int topics = 0;

  /** Writes the ratings where they are not there yet. */
  SyntheticRatings.Written write() throws InterruptedException, ExecutionException {
    return SyntheticRatings.at(ratings(), count(), sources, topics, LocalContext.CORES);
  }

  /** The ratings, which are there. */
  Finished<RatingsTable> written() throws InterruptedException, ExecutionException {
    return new Finished<>(ratings(), write().ratings());
  }

  /** Where the topics of the same rows lie, if there are any. */
  Optional<StageDirectory> topics() {
    return topics == 0
        ? Optional.empty()
        : Optional.of(SyntheticRatings.topics(ratings(), new Configuration()));
  }

  /** All that Gradus selects from; the calibration was kept before. */
  RatingInputs inputs() throws InterruptedException, ExecutionException {
    String json = directory(folder()).text(CALIBRATION).orElseThrow();
    CalibrationTable table = Json.read(json, CalibrationTable.class);
    RatingInputs inputs = RatingInputs.of(written(), new Finished<>(calibration(), table));
    RatingsTable ratings = inputs.ratings().table();
    TopicsTable descriptor = new TopicsTable(topics, topics, ratings.rows(), ratings.tokens(), 0);
    return topics()
        .map(topicTable -> inputs.withTopics(new Finished<>(topicTable, descriptor)))
        .orElse(inputs);
  }

  /** How many quota groups there are. */
  long groups(SelectionTask.By by) {
    return switch (by) {
      case NONE -> 1;
      case SOURCE -> sources;
      case SOURCE_AND_TOPIC -> (long) sources * topics;
    };
  }

  StageDirectory calibration() {
    return directory(folder().resolve("calibration"));
  }

  /** Keeps the calibration's descriptor. */
  void calibrated(CalibrationTable table) {
    directory(folder()).writeText(CALIBRATION, Json.write(table));
  }

  Path folder() {
    return work.resolve("%s-rows-%d-sources-%d-topics".formatted(rows, sources, topics));
  }

  long count() {
    return Quantity.count(rows);
  }

  private StageDirectory ratings() {
    return directory(folder().resolve("ratings"));
  }

  static StageDirectory directory(Path path) {
    return new StageDirectory(new org.apache.hadoop.fs.Path(path.toUri()), new Configuration());
  }

  /** A configuration's text as its root section. */
  static Section section(String text) {
    return Section.root(ConfigFactory.parseString(text), new Problems());
  }
}
