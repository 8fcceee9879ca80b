package io.gradus.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.advise.AdviseConfig;
import io.gradus.jobs.advise.AdviseJob;
import io.gradus.jobs.advise.AdviseResult;
import io.gradus.jobs.advise.AverageMethod;
import io.gradus.jobs.advise.Trainer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** A small finished pipeline: ratings and a selection in Parquet, its manifests, a real plan. */
record SampleRun(
    ReportInputs inputs,
    Finished<RatingsTable> ratings,
    Finished<SelectionTable> selection,
    List<Long> tokensSelectedByTopic) {
  static final String HOSTILE = "</script><img src=x onerror=alert(1)>";
  static final List<String> CRITERIA =
      List.of("educational_value", "facts_and_trivia", "required_expertise", "writing_style");

  private static final List<String> SOURCES =
      List.of("encyclopedia", "web-crawl", "source-code-comments", HOSTILE);
  private static final int DOCUMENTS = 2_400;
  private static final long SEED = 42;
  private static final String TOPICS =
      """
      {"topics": [
         {"number": 0, "documents": 2, "tokens": 20, "terms": ["rivers", "lakes"],
          "examples": [{"docId": "01", "source": "a", "title": "The Nile"},
                       {"docId": "02", "source": "a", "title": "The Volga"},
                       {"docId": "03", "source": "a", "title": "The Ob"}]},
         {"number": 1, "documents": 1, "tokens": 10, "terms": ["%s"], "examples": []}],
       "withoutTopic": {"documents": 1, "tokens": 5}}
      """
          .formatted(HOSTILE);

  private record Document(
      long number, String source, int tokens, List<Double> scores, boolean selected) {
    byte[] id() {
      return ByteBuffer.allocate(16).putLong(0x9e3779b97f4a7c15L * number).putLong(number).array();
    }

    int topic() {
      return (int) (number % 3);
    }

    double score() {
      return scores.get(0) + scores.get(1);
    }
  }

  static SampleRun create(Path folder) {
    List<Document> documents = documents();
    StageDirectory ratings = stage(folder, "rate");
    StageDirectory selection = stage(folder, "sample");
    StructType identified =
        new StructType()
            .add("doc_id", DataTypes.BinaryType)
            .add("source", DataTypes.StringType)
            .add("n_tokens", DataTypes.IntegerType);
    StructType rated = identified;
    for (String criterion : CRITERIA) {
      rated = rated.add(criterion, DataTypes.DoubleType);
    }
    LocalSpark.session()
        .createDataFrame(documents.stream().map(SampleRun::ratedRow).toList(), rated)
        .write()
        .parquet(ratings.table().toString());
    List<Document> selected = documents.stream().filter(Document::selected).toList();
    LocalSpark.session()
        .createDataFrame(
            selected.stream()
                .map(d -> RowFactory.create(d.id(), d.source(), d.tokens(), d.topic()))
                .toList(),
            identified.add("topic", DataTypes.IntegerType))
        .write()
        .parquet(selection.table().toString());
    CurriculumProfile profile = profile(selected);
    StageDirectory advice = stage(folder, "advise");
    AdviseResult advised =
        new AdviseJob()
            .run(
                LocalSpark.context(),
                new AdviseConfig(
                    1_500_000_000L,
                    4_096,
                    3e-3,
                    Trainer.MEGATRON,
                    0.01,
                    0.1,
                    AverageMethod.SMA,
                    6,
                    0.1),
                profile,
                512,
                advice);
    ReportInputs inputs =
        new ReportInputs(
            "books-and-web",
            folder.toString(),
            manifests(documents, selected, Json.tree(advised)),
            profile,
            Json.read(advice.text(AdviseJob.PLAN).orElseThrow(), JsonNode.class),
            Json.read(TOPICS, JsonNode.class));
    return new SampleRun(
        inputs,
        new Finished<>(ratings, new RatingsTable(CRITERIA, documents.size(), tokens(documents))),
        new Finished<>(selection, new SelectionTable(selected.size(), tokens(selected), Map.of())),
        IntStream.range(0, 3)
            .mapToObj(topic -> tokens(selected.stream().filter(d -> d.topic() == topic).toList()))
            .toList());
  }

  long tokensSelectedOfTopic(int topic) {
    return tokensSelectedByTopic.get(topic);
  }

  long tokensSelected() {
    return selection.table().tokens();
  }

  private static StageDirectory stage(Path folder, String name) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), LocalSpark.context().hadoop());
  }

  private static List<Document> documents() {
    Random random = new Random(SEED);
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < DOCUMENTS; i++) {
      int source = (int) Math.min(3, Math.abs(random.nextGaussian()) * 1.6);
      List<Double> scores = new ArrayList<>();
      for (int c = 0; c < CRITERIA.size(); c++) {
        scores.add(Math.rint((random.nextGaussian() + 0.9 - source * 0.5) * 1e4) / 1e4);
      }
      boolean selected = scores.get(0) + scores.get(1) + 2 * random.nextGaussian() > 0.9;
      documents.add(
          new Document(i, SOURCES.get(source), 80 + random.nextInt(900), scores, selected));
    }
    return documents;
  }

  private static Row ratedRow(Document document) {
    List<Object> values = new ArrayList<>();
    values.add(document.id());
    values.add(document.source());
    values.add(document.tokens());
    values.addAll(document.scores());
    return RowFactory.create(values.toArray());
  }

  private static long tokens(List<Document> documents) {
    return documents.stream().mapToLong(Document::tokens).sum();
  }

  private static CurriculumProfile profile(List<Document> selected) {
    Map<String, List<Document>> bySource = new TreeMap<>();
    selected.forEach(d -> bySource.computeIfAbsent(d.source(), s -> new ArrayList<>()).add(d));
    Map<Document, Double> quantiles = new HashMap<>();
    bySource.forEach(
        (source, documents) -> {
          documents.sort(Comparator.comparingDouble(Document::score));
          double all = tokens(documents);
          long before = 0;
          for (Document document : documents) {
            quantiles.put(document, before / all);
            before += document.tokens();
          }
        });
    List<Document> order =
        selected.stream().sorted(Comparator.comparingDouble(quantiles::get)).toList();
    long total = tokens(order);
    List<List<Document>> stretches = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      stretches.add(new ArrayList<>());
    }
    long offset = 0;
    for (Document document : order) {
      stretches.get((int) (offset * 200 / total)).add(document);
      offset += document.tokens();
    }
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i < stretches.size(); i++) {
      List<Document> stretch = stretches.get(i);
      double tokens = Math.max(1, tokens(stretch));
      Map<String, Long> sources = new TreeMap<>();
      stretch.forEach(d -> sources.merge(d.source(), (long) d.tokens(), Long::sum));
      bins.add(
          new Bin(
              total * i / 200,
              tokens(stretch),
              stretch.size(),
              stretch.stream().mapToDouble(d -> d.score() * d.tokens()).sum() / tokens,
              stretch.stream().mapToDouble(d -> quantiles.get(d) * d.tokens()).sum() / tokens,
              sources));
    }
    return new CurriculumProfile("ascending", "source", total, order.size(), bins);
  }

  private static Map<String, Map<String, Double>> overall(List<Document> documents) {
    Map<String, Map<String, Double>> overall = new TreeMap<>();
    for (int c = 0; c < CRITERIA.size(); c++) {
      int criterion = c;
      DoubleSummaryStatistics scores =
          documents.stream().mapToDouble(d -> d.scores().get(criterion)).summaryStatistics();
      overall.put(CRITERIA.get(c), Map.of("minimum", scores.getMin(), "maximum", scores.getMax()));
    }
    return overall;
  }

  private static Map<String, Manifest> manifests(
      List<Document> documents, List<Document> selected, JsonNode advised) {
    long tokens = tokens(documents);
    Map<String, Manifest> manifests = new TreeMap<>();
    add(
        manifests,
        "ingest",
        """
        {"records": %d, "duplicates": 173, "inputFiles": 4,
         "dropped": {"malformed-json": 12, "empty-text": 41, "invalid-utf-8": 3, "too-large": 0},
         "table": {"rows": %d, "tokens": %d, "textBytes": %d, "buckets": 64, "tokenizer": "gpt2"}}
        """
            .formatted(documents.size() + 229, documents.size(), tokens, tokens * 4));
    add(
        manifests,
        "topics",
        """
        {"table": {"rows": %d, "tokens": %d, "count": 2, "found": 2, "withoutTopic": 1}}
        """
            .formatted(documents.size(), tokens));
    add(
        manifests,
        "rate",
        """
        {"quarantined": {"not-finite": 7}, "raters": [{"name": "builtin", "chunks": 4011}],
         "table": {"rows": %d, "tokens": %d, "criteria": ["educational_value"]}}
        """
            .formatted(documents.size(), tokens));
    add(
        manifests,
        "calibrate",
        """
        {"rows": 20, "table": {"overall": %s, "sources": 4}}
        """
            .formatted(Json.write(overall(documents))));
    add(
        manifests,
        "sample",
        """
        {"budget": %d, "available": %d, "scans": 9, "table": {"rows": %d, "tokens": %d},
         "unselectable": {"below-threshold": {"documents": 31, "tokens": 400}},
         "groupCount": 2, "shortGroups": 1,
         "groups": [
           {"name": "encyclopedia", "available": 5000, "quota": 1000, "budget": 1100,
            "tokens": 1130, "documents": 7, "leastKey": 1.25},
           {"name": "web-crawl", "available": 900, "quota": 1000, "budget": 900,
            "tokens": 900, "documents": 3, "leastKey": null}]}
        """
            .formatted(tokens(selected) - 100, tokens, selected.size(), tokens(selected)));
    add(
        manifests,
        "order",
        """
        {"files": 4, "table": {"rows": %d, "tokens": %d, "shape": "ascending", "within": "source"}}
        """
            .formatted(selected.size(), tokens(selected)));
    add(
        manifests,
        "pack",
        """
        {"documents": %d, "tokens": %d,
         "shards": 9, "sequences": 1049, "paddingTokens": 207,
         "table": {"splits": [{
           "formats": [{"format": "MDS", "bytes": 1074231, "tokenBytes": 2},
                       {"format": "MEGATRON", "bytes": 1102331, "tokenBytes": 2}]}]},
         "readers": [
           {"format": "MDS", "reader": "streaming.StreamingDataset",
            "settings": {"shuffle": "False", "num_canonical_nodes": "1"},
            "note": "The default number of canonical nodes would change the order on several nodes."},
           {"format": "MEGATRON", "reader": "megatron.core.datasets.gpt_dataset.GPTDataset",
            "settings": {"--data-path": "megatron/train", "--split": "100,0,0"},
            "note": "GPTDataset always shuffles; overwrite its index caches with the identity."}]}
        """
            .formatted(selected.size(), tokens(selected)));
    add(
        manifests,
        "verify",
        """
        {"documents": %d, "tokens": %d, "bytes": 2176562, "breachCount": 0, "breaches": [],
         "checks": [{"check": "files", "checked": 31, "breaches": 0},
                    {"check": "checksums", "checked": 31, "breaches": 0},
                    {"check": "end-of-text", "checked": 1272, "breaches": 0},
                    {"check": "quality", "checked": 1272, "breaches": 0}]}
        """
            .formatted(selected.size(), tokens(selected)));
    manifests.put("advise", manifest("advise", advised));
    return manifests;
  }

  private static void add(Map<String, Manifest> manifests, String stage, String result) {
    manifests.put(stage, manifest(stage, Json.read(result, JsonNode.class)));
  }

  private static Manifest manifest(String stage, JsonNode result) {
    Instant started = Instant.parse("2026-01-02T03:04:05Z");
    return new Manifest(
        stage,
        1,
        "00c0ffee%08x".formatted(stage.hashCode()),
        Json.tree(Map.of()),
        stage.equals("ingest") ? Map.of() : Map.of("ingest", "00c0ffee12345678"),
        stage.equals("rate") ? Map.of("builtin", "9f".repeat(32)) : Map.of(),
        SEED,
        started,
        started.plusSeconds(stage.length() * 7L),
        2,
        Map.of("gradus", "0.1.0", "spark", "4.1.0", "java", "17.0.15"),
        "what " + stage + " did",
        result);
  }
}
