package io.gradus.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.job.JobContext;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SparkTables;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.calibrate.CalibrateConfig;
import io.gradus.jobs.calibrate.CalibrateJob;
import io.gradus.jobs.sample.SampleConfig;
import io.gradus.jobs.sample.SampleJob;
import io.gradus.jobs.sample.SampleResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An independent selection in NumPy takes the same copies of the same documents, of two million,
 * for every method with every kind of quota, and for every way to make a score. {@code
 * -Dreaders=none} leaves this out.
 */
class SelectionReferenceIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ROWS = 2_000_000;

  /** doc_id and the number of the copy. */
  private static final int COPY_BYTES = 16 + Integer.BYTES;

  private static final Map<String, String> METHODS =
      Map.of(
          "temperature", "method = temperature, temperature = 2.0, tokens = 10%",
          "coldest", "method = temperature, temperature = 0, tokens = 20%",
          "hottest", "method = temperature, temperature = infinity, tokens = 20%",
          "top", "method = top, tokens = 30M",
          "bottom", "method = bottom, tokens = 5%",
          "uniform", "method = uniform, tokens = 12.5%",
          "threshold", "method = threshold, threshold = 0.25, tokens = 40%",
          "bins", "method = bins, bins { repeats = [0, 0, 0.5, 1, 2.5] }, tokens = 35%",
          "sigmoid",
              "method = sigmoid, tokens = 30%,"
                  + " sigmoid { eta = 3, lambda = 12, omega = 0.4, epsilon = 0.01 }");

  private static final Map<String, String> QUOTAS =
      Map.of(
          "none", "quotas = none",
          "proportional", "quotas = proportional, by = source-and-topic, topic-quotas = equal",
          "equal", "quotas = equal, by = topic",
          "shares",
              "quotas = shares, by = source,"
                  + " shares { wiki = 5%, \"cc-*\" = 50%, \"*o*\" = 15%, \"*\" = 30% }");

  private static final String TWO = "weights { clarity = 1.0, grade = 0.5 }, ";

  /** What the methods and quotas above leave at its default. */
  private static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("all-criteria", "tokens = 10%"),
          Map.entry("by-source", TWO + "normalise-by = source, temperature = 0.5, tokens = 10%"),
          Map.entry("rank", TWO + "normalise = rank, temperature = 0.1, tokens = 10%"),
          Map.entry(
              "rank-by-source",
              TWO + "normalise = rank, normalise-by = source, missing = lowest, tokens = 10%"),
          Map.entry(
              "product", TWO + "normalise = rank, combine = product, method = top, tokens = 10%"),
          Map.entry(
              "buckets",
              TWO
                  + "normalise = rank, rank-buckets = 20, combine = maximum, method = top,"
                  + " tokens = 10%"),
          Map.entry(
              "as-they-are",
              TWO + "normalise = none, combine = minimum, method = top, tokens = 10%"),
          Map.entry("excluded", TWO + "missing = exclude, tokens = 10%"),
          Map.entry(
              "lowest", TWO + "missing = lowest, method = bottom, validation = 0.5%, tokens = 10%"),
          Map.entry(
              "reference",
              "weights { clarity = 1 }, reference = depth, reference-weight = 0.7, tokens = 10%"),
          Map.entry("ties", "weights { grade = 1 }, normalise = none, method = top, tokens = 17%"),
          Map.entry(
              "repeated",
              "weights { clarity = 1 }, quotas = equal, by = source, max-repeats = 5, tokens = 70%"),
          Map.entry(
              "bounded",
              "weights { clarity = 1 }, quotas = proportional, by = source, tokens = 40M,"
                  + " minimum { poems = 20k, \"l*\" = 1% }, maximum { \"cc-*\" = 20%, cc-2019 = 9M }"),
          Map.entry(
              "bins-by-source",
              "weights { clarity = 1 }, method = bins, bins { repeats = [0.25, 4, 1.5] },"
                  + " percentile-by = source, max-repeats = 4, tokens = 90%"),
          Map.entry("everything", "weights { clarity = 1 }, quotas = proportional, by = topic"),
          Map.entry(
              "two-level-shares",
              "weights { clarity = 1 }, quotas = shares, by = source-and-topic, tokens = 15%,"
                  + " shares { wiki = 15%, law = 0%, \"cc-*\" = 45%, \"*\" = 40% },"
                  + " minimum { \"wiki / topic 3\" = 50k }, maximum { \"* / topic 1\" = 30k }"),
          Map.entry("a-token", "weights { clarity = 1 }, quotas = equal, by = source, tokens = 1"));

  @TempDir Path folder;
  private Path python;

  @BeforeEach
  void findPython() throws IOException, InterruptedException {
    assumeFalse(
        Boolean.getBoolean("readers.skip"), "-Dreaders=none: NumPy and pyarrow are left out");
    // The build has installed them already, so this only asks where they are.
    List<String> lines =
        RunningScript.start(folder, RunningScript.SCRIPTS.resolve("install-readers.sh").toString())
            .finish();
    python = Path.of(lines.get(lines.size() - 1)).resolve("trainers/bin/python");
  }

  @Test
  void theReferenceKeepsItsOwnPromises() throws IOException, InterruptedException {
    script("test_numpy_selection.py").finish();
  }

  @Test
  void numpySelectsTheSameDocuments() throws IOException, InterruptedException {
    GeneratedRatings generated = GeneratedRatings.write(folder, ROWS);
    JobContext context = LocalSpark.context();
    StageDirectory calibrated = directory("calibration");
    CalibrationTable calibration =
        new CalibrateJob()
            .run(
                context,
                CalibrateConfig.read(section(ConfigFactory.empty())),
                generated.ratings(),
                calibrated)
            .table();
    Map<String, Config> settings = settings();
    RunningScript reference = reference(settings, generated, calibrated);
    RatingInputs inputs =
        RatingInputs.of(generated.ratings(), new Finished<>(calibrated, calibration))
            .withTopics(generated.topics());
    Map<String, SampleResult> results = new LinkedHashMap<>();
    settings.forEach(
        (name, sample) ->
            results.put(
                name,
                new SampleJob()
                    .run(
                        context, config(sample), seed(name), inputs, directory("sample-" + name))));
    reference.finish();
    List<String> differences = new ArrayList<>();
    for (Map.Entry<String, SampleResult> result : results.entrySet()) {
      differences.addAll(
          differencesOfGroups(result.getKey(), result.getValue(), generated.largest()));
      differences.addAll(differencesOfCopies(result.getKey()));
    }
    assertThat(differences).isEmpty();
  }

  private static Map<String, Config> settings() {
    Map<String, Config> settings = new TreeMap<>();
    METHODS.forEach(
        (method, ofMethod) ->
            QUOTAS.forEach(
                (quotas, ofQuotas) ->
                    settings.put(
                        method + "-" + quotas,
                        ConfigFactory.parseString(
                            "weights { clarity = 1 }, " + ofMethod + ", " + ofQuotas))));
    OTHERS.forEach((name, sample) -> settings.put(name, ConfigFactory.parseString(sample)));
    return settings;
  }

  /** Differs from one setting to the next. */
  private static long seed(String setting) {
    return setting.hashCode();
  }

  private static SampleConfig config(Config sample) {
    Section section = section(sample);
    SampleConfig config = SampleConfig.read(section);
    section.problems().throwIfAny();
    return config;
  }

  private static Section section(Config config) {
    return Section.root(config, new Problems());
  }

  private RunningScript reference(
      Map<String, Config> settings, GeneratedRatings generated, StageDirectory calibration)
      throws IOException {
    List<JsonNode> described = new ArrayList<>();
    for (Map.Entry<String, Config> setting : settings.entrySet()) {
      described.add(
          JSON.createObjectNode()
              .put("name", setting.getKey())
              .put("seed", seed(setting.getKey()))
              .set(
                  "sample",
                  JSON.readTree(setting.getValue().root().render(ConfigRenderOptions.concise()))));
    }
    Path file = folder.resolve("settings.json");
    JSON.writeValue(file.toFile(), described);
    return script(
        "numpy_selection.py",
        "--ratings=" + generated.ratings().directory().table().toUri().getPath(),
        "--topics=" + generated.topics().directory().table().toUri().getPath(),
        "--calibration=" + calibration.table().toUri().getPath(),
        "--settings=" + file,
        "--output=" + folder);
  }

  /** Budgets are to be the same, and each to be met to within one document. */
  private List<String> differencesOfGroups(String name, SampleResult result, int largest)
      throws IOException {
    JsonNode expected = JSON.readTree(folder.resolve(name + ".json").toFile());
    List<String> differences = new ArrayList<>();
    for (SampleResult.Group group : result.groups()) {
      long budget = expected.path(group.name()).path("budget").asLong(-1);
      if (group.budget() != budget) {
        differences.add(name + ": " + group + " has the budget " + budget + " in NumPy");
      }
      long beyond = group.tokens() - group.budget();
      if (beyond < 0 || beyond >= largest) {
        differences.add(name + ": " + group + " misses its budget");
      }
    }
    if (result.groups().isEmpty()) {
      differences.add(name + " has no groups");
    }
    return differences;
  }

  private List<String> differencesOfCopies(String name) throws IOException {
    byte[] expected = Files.readAllBytes(folder.resolve(name + ".rows"));
    byte[] selected = copies(directory("sample-" + name));
    int first = Arrays.mismatch(selected, expected);
    return first < 0
        ? List.of()
        : List.of(
            "%s: %d copies, in NumPy %d; the first difference is in copy %d"
                .formatted(
                    name,
                    selected.length / COPY_BYTES,
                    expected.length / COPY_BYTES,
                    first / COPY_BYTES));
  }

  /** Records of doc_id and the copy's number, as the reference writes them. */
  private static byte[] copies(StageDirectory selection) throws IOException {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (String file : SparkTables.files(selection)) {
      try (ParquetRows.Reader rows =
          ParquetRows.read(
              LocalSpark.context().hadoop(),
              new org.apache.hadoop.fs.Path(file),
              "doc_id",
              SelectionTable.REPEAT)) {
        for (Optional<Group> row = rows.next(); row.isPresent(); row = rows.next()) {
          records.writeBytes(row.get().getBinary("doc_id", 0).getBytes());
          int repeat = row.get().getInteger(SelectionTable.REPEAT, 0);
          records.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(repeat).array());
        }
      }
    }
    return records.toByteArray();
  }

  private StageDirectory directory(String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }

  private RunningScript script(String name, String... arguments) throws IOException {
    return RunningScript.python(folder, python, name, arguments);
  }
}
