package io.gradus.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gradus.common.job.Console;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import io.gradus.common.workspace.Manifest;
import io.gradus.jobs.page.ScriptJson;
import io.gradus.jobs.report.RatingStatistics.Amount;
import io.gradus.jobs.report.RatingStatistics.Criterion;
import io.gradus.jobs.report.RatingStatistics.SourceSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** What the template shows, section by section. */
final class ReportPage {
  private static final Map<String, String> STAGES = new LinkedHashMap<>();

  static {
    STAGES.put("ingest", "reads raw records, drops bad ones and exact duplicates, counts tokens");
    STAGES.put("topics", "finds what the documents are about");
    STAGES.put("rate", "gives every document a score for each criterion");
    STAGES.put("calibrate", "measures the scores, by source and overall");
    STAGES.put("sample", "chooses documents up to the token budget");
    STAGES.put("order", "puts the chosen documents into the curriculum");
    STAGES.put("pack", "writes the token stream as training shards");
    STAGES.put("verify", "reads the shards back and checks every token");
    STAGES.put("advise", "plans learning rate and checkpoint average");
  }

  /** Under these names stages count what they left out, by reason. */
  private static final Set<String> DROPS = Set.of("dropped", "quarantined", "unselectable");

  /** The gravest first. */
  private static final List<String> SEVERITIES = List.of("loud", "caution", "note");

  private static final int MIXTURE_STRETCHES = 50;
  private static final int MIXTURE_SOURCES = 7;
  private static final int MOST_FIELDS = 40;
  private static final int LISTED = 12;
  private static final int LISTED_GROUPS = 100;
  private static final int EXAMPLES = 2;

  private final ReportInputs inputs;
  private final RatingStatistics statistics;
  private final Map<Integer, Long> selectedTokensByTopic;

  /**
   * A page.
   *
   * @param selectedTokensByTopic empty where there are no topics
   */
  ReportPage(
      ReportInputs inputs, RatingStatistics statistics, Map<Integer, Long> selectedTokensByTopic) {
    this.inputs = inputs;
    this.statistics = statistics;
    this.selectedTokensByTopic = selectedTokensByTopic;
  }

  private record Tile(String label, String value, String note) {}

  private record Stage(
      String name,
      String does,
      String read,
      String written,
      String time,
      String folder,
      List<Fact> facts) {}

  private record Fact(String label, String value) {}

  private record Drop(String stage, String reason, String count, String share, String width) {}

  private record CriterionCard(int index, String name, String before, String after, String note) {}

  private record SourceRow(
      String name,
      String documentsBefore,
      String documentsAfter,
      String tokensBefore,
      String tokensAfter,
      String shareBefore,
      String shareAfter,
      List<Change> means) {}

  private record Change(String before, String after) {}

  private record GroupRow(
      String name,
      String available,
      String quota,
      String budget,
      String tokens,
      String documents,
      String leastKey) {}

  private record TopicRow(
      String name,
      String terms,
      String examples,
      String documents,
      String tokens,
      String selected,
      String shareBefore,
      String shareAfter) {}

  private record Topics(List<TopicRow> rows) {}

  private record Reason(String text, String sources) {}

  private record Warning(String severity, String label, String message, String remedy) {}

  private record Plan(
      String title,
      String summary,
      List<Reason> why,
      List<Fact> numbers,
      List<Fact> checkpoints,
      List<Warning> warnings,
      List<Candidate> alternatives,
      List<Line> comparison,
      List<Line> branches,
      List<Evidence> evidence) {}

  private record Candidate(
      String title, String summary, List<Reason> why, List<Warning> warnings) {}

  private record Line(
      String title,
      String role,
      String finalRatio,
      String lambda,
      String best,
      String lambdaAveraged,
      String bestAveraged) {}

  private record Evidence(
      String claim, String source, String scope, String confidence, String extrapolated) {}

  private record Reader(String format, String reader, List<Fact> settings, String note) {}

  private record Verification(
      String severity, String label, String message, List<Check> checks, List<String> breaches) {}

  private record Check(String check, String checked, String breaches) {}

  private record Lineage(String stage, String fingerprint, String from, String digests) {}

  Map<String, Object> view() {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("pipeline", inputs.pipeline());
    view.put("shape", inputs.profile().shape());
    view.put("within", inputs.profile().within());
    view.put("tiles", tiles());
    view.put("stages", stages());
    view.put("drops", drops());
    view.put("criteria", criteria());
    view.put("criterionNames", criterionNames());
    view.put("sources", sources());
    view.put("selectionSummary", selectionSummary());
    view.put("groups", groups());
    view.put("moreGroups", moreGroups());
    view.put("topics", topics());
    view.put("plan", plan());
    view.put("shardFolder", shardFolder());
    view.put("shardFacts", shardFacts());
    view.put("readers", readers());
    view.put("verification", verification());
    view.put("lineage", lineage());
    view.put("versions", versions());
    view.put("workspace", inputs.workspace());
    view.put("seed", seed());
    view.put("data", ScriptJson.write(data()));
    return view;
  }

  // Key figures and stages.

  private List<Tile> tiles() {
    JsonNode ingested = inputs.result("ingest").path("table");
    JsonNode selected = inputs.result("sample").path("table");
    JsonNode packed = inputs.result("pack");
    JsonNode main = inputs.plan().path("main");
    return List.of(
        new Tile(
            "documents selected",
            Figures.count(selected.path("rows")),
            "of " + Figures.count(ingested.path("rows")) + " distinct"),
        new Tile(
            "tokens selected",
            Figures.count(selected.path("tokens")),
            "of " + Figures.count(ingested.path("tokens"))),
        new Tile(
            "rating criteria",
            Figures.count(statistics.criteria().size()),
            String.join(", ", criterionNames())),
        new Tile(
            "training shards",
            Figures.count(packed.path("shards")),
            Figures.count(packed.path("sequences")) + " sequences"),
        new Tile(
            "optimizer steps",
            Figures.count(inputs.plan().path("run").path("steps")),
            Figures.count(inputs.plan().path("run").path("tokensPerStep")) + " tokens each"),
        new Tile(
            "final learning rate",
            Figures.small(main.path("schedule").path("finalRate").asDouble()),
            Figures.share(main.path("schedule").path("finalRatio").asDouble())
                + " of the peak, "
                + main.path("schedule").path("finalRatioBasis").asText()));
  }

  private List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    STAGES.forEach(
        (name, does) -> {
          Manifest manifest = inputs.manifests().get(name);
          if (manifest != null) {
            stages.add(
                new Stage(
                    name,
                    does,
                    read(name),
                    written(name),
                    Console.duration(Duration.between(manifest.started(), manifest.finished())),
                    folder(manifest),
                    facts(withoutGroups(manifest.result()))));
          }
        });
    return stages;
  }

  /** Quota groups have a table of their own. */
  private static JsonNode withoutGroups(JsonNode result) {
    JsonNode copy = result.deepCopy();
    return copy instanceof ObjectNode fields ? fields.without("groups") : copy;
  }

  private String read(String stage) {
    return switch (stage) {
      case "ingest" -> Figures.count(inputs.result("ingest").path("records")) + " records";
      case "rate", "topics" -> table("ingest", "documents");
      case "calibrate", "sample" -> table("rate", "documents");
      case "order" -> table("sample", "documents");
      case "pack" -> table("order", "documents");
      case "verify" -> Figures.count(inputs.result("pack").path("shards")) + " shards";
      default -> Figures.count(inputs.profile().bins().size()) + " stretches of the order";
    };
  }

  private String written(String stage) {
    JsonNode result = inputs.result(stage);
    return switch (stage) {
      case "calibrate" -> Figures.count(result.path("rows")) + " rows of moments and quantiles";
      case "pack" ->
          Figures.count(result.path("sequences"))
              + " sequences in "
              + Figures.count(result.path("shards"))
              + " shards, "
              + Figures.count(result.path("paddingTokens"))
              + " tokens of padding";
      case "verify" -> Figures.count(result.path("tokens")) + " tokens checked";
      case "advise" -> Figures.count(result.path("files").size()) + " files";
      default -> table(stage, "documents");
    };
  }

  private String table(String stage, String unit) {
    JsonNode table = inputs.result(stage).path("table");
    return Figures.count(table.path("rows"))
        + " "
        + unit
        + ", "
        + Figures.count(table.path("tokens"))
        + " tokens";
  }

  private String folder(Manifest manifest) {
    return inputs.workspace() + "/" + manifest.stage() + "/" + manifest.fingerprint();
  }

  private List<Drop> drops() {
    List<Drop> drops = new ArrayList<>();
    double records = inputs.result("ingest").path("records").asDouble();
    for (String stage : STAGES.keySet()) {
      Map<String, Long> reasons = new TreeMap<>();
      gatherDrops(inputs.result(stage), reasons);
      reasons.entrySet().stream()
          .filter(reason -> reason.getValue() > 0)
          .sorted(Comparator.comparing((Map.Entry<String, Long> reason) -> -reason.getValue()))
          .forEach(
              reason -> {
                double share = records > 0 ? reason.getValue() / records : 0;
                drops.add(
                    new Drop(
                        stage,
                        Figures.words(reason.getKey()),
                        Figures.count(reason.getValue()),
                        Figures.share(share),
                        String.format(Locale.ROOT, "%.2f", Math.min(100, Math.sqrt(share) * 100))));
              });
    }
    return drops;
  }

  private static void gatherDrops(JsonNode result, Map<String, Long> reasons) {
    if (result.path("duplicates").isNumber()) {
      reasons.merge("exact duplicate", result.path("duplicates").asLong(), Long::sum);
    }
    DROPS.forEach(
        name ->
            result
                .path(name)
                .properties()
                .forEach(
                    reason ->
                        reasons.merge(reason.getKey(), documents(reason.getValue()), Long::sum)));
  }

  /** A count, or documents with their tokens beside them. */
  private static long documents(JsonNode amount) {
    return amount.isObject() ? amount.path("documents").asLong() : amount.asLong();
  }

  /** Every field of a manifest's result, nested names joined; long lists are cut. */
  private static List<Fact> facts(JsonNode node) {
    List<Fact> facts = new ArrayList<>();
    flatten("", node, facts);
    return facts;
  }

  private static void flatten(String name, JsonNode node, List<Fact> facts) {
    if (node.isObject()) {
      int shown = 0;
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (shown++ == MOST_FIELDS) {
          facts.add(new Fact(name, "and " + Figures.count(node.size() - MOST_FIELDS) + " more"));
          break;
        }
        String label = Figures.words(field.getKey());
        flatten(name.isEmpty() ? label : name + " · " + label, field.getValue(), facts);
      }
    } else if (node.isArray() && !node.isEmpty() && node.get(0).isObject()) {
      for (int i = 0; i < Math.min(LISTED, node.size()); i++) {
        flatten(name + " " + (i + 1), node.get(i), facts);
      }
      if (node.size() > LISTED) {
        facts.add(new Fact(name, "and " + Figures.count(node.size() - LISTED) + " more"));
      }
    } else if (node.isArray()) {
      List<String> values = new ArrayList<>();
      node.forEach(value -> values.add(Figures.any(value)));
      facts.add(new Fact(name, String.join(", ", values)));
    } else if (!node.isNull() && !node.isMissingNode()) {
      facts.add(new Fact(name, Figures.any(node)));
    }
  }

  // Ratings and sources.

  private List<String> criterionNames() {
    return statistics.criteria().stream()
        .map(criterion -> Figures.words(criterion.name()))
        .toList();
  }

  private List<CriterionCard> criteria() {
    List<CriterionCard> cards = new ArrayList<>();
    for (Criterion criterion : statistics.criteria()) {
      Amount all = criterion.all();
      long missing = all.tokensBefore() - all.scoredBefore();
      cards.add(
          new CriterionCard(
              cards.size(),
              Figures.words(criterion.name()),
              Figures.score(all.meanBefore()),
              Figures.score(all.meanAfter()),
              missing == 0 ? "" : Figures.count(missing) + " tokens without a score"));
    }
    return cards;
  }

  private List<SourceRow> sources() {
    double before = sum(Amount::tokensBefore);
    double after = sum(Amount::tokensAfter);
    return statistics.sources().stream()
        .map(
            source -> {
              Amount all = source.all();
              return new SourceRow(
                  source.name(),
                  Figures.count(all.documentsBefore()),
                  Figures.count(all.documentsAfter()),
                  Figures.count(all.tokensBefore()),
                  Figures.count(all.tokensAfter()),
                  Figures.share(before == 0 ? 0 : all.tokensBefore() / before),
                  Figures.share(after == 0 ? 0 : all.tokensAfter() / after),
                  source.byCriterion().stream()
                      .map(
                          amount ->
                              new Change(
                                  Figures.score(amount.meanBefore()),
                                  Figures.score(amount.meanAfter())))
                      .toList());
            })
        .toList();
  }

  // Quota groups and topics.

  private String selectionSummary() {
    JsonNode result = inputs.result("sample");
    long shortGroups = result.path("shortGroups").asLong();
    return "The budget is "
        + Figures.count(result.path("budget"))
        + " of "
        + Figures.count(result.path("available"))
        + " tokens that could be selected."
        + (shortGroups == 0
            ? ""
            : " "
                + Figures.count(shortGroups)
                + " of "
                + Figures.count(result.path("groupCount"))
                + " groups had fewer tokens than their quota, and the others got the rest.");
  }

  /** The largest quota groups. */
  private List<GroupRow> groups() {
    List<JsonNode> groups = new ArrayList<>();
    inputs.result("sample").path("groups").forEach(groups::add);
    return groups.stream()
        .sorted(
            Comparator.comparingLong((JsonNode group) -> -group.path("available").asLong())
                .thenComparing(group -> group.path("name").asText()))
        .limit(LISTED_GROUPS)
        .map(
            group ->
                new GroupRow(
                    group.path("name").asText(),
                    Figures.count(group.path("available")),
                    Figures.count(group.path("quota")),
                    Figures.count(group.path("budget")),
                    Figures.count(group.path("tokens")),
                    Figures.count(group.path("documents")),
                    group.path("leastKey").isNumber()
                        ? Figures.small(group.path("leastKey").asDouble())
                        : ""))
        .toList();
  }

  private String moreGroups() {
    long more = inputs.result("sample").path("groupCount").asLong() - LISTED_GROUPS;
    return more <= 0 ? "" : "And " + Figures.count(more) + " smaller groups.";
  }

  /** One item, or none when there are no topics. */
  private List<Topics> topics() {
    List<TopicRow> rows = new ArrayList<>();
    double before = 0;
    for (JsonNode topic : inputs.topics().path("topics")) {
      before += topic.path("tokens").asLong();
    }
    JsonNode without = inputs.topics().path("withoutTopic");
    before += without.path("tokens").asLong();
    for (JsonNode topic : inputs.topics().path("topics")) {
      int number = topic.path("number").asInt();
      List<String> terms = new ArrayList<>();
      topic.path("terms").forEach(term -> terms.add(term.asText()));
      List<String> examples = new ArrayList<>();
      for (JsonNode example : topic.path("examples")) {
        if (examples.size() < EXAMPLES) {
          examples.add(example.path("title").asText());
        }
      }
      rows.add(topic("topic " + number, terms, examples, topic, number, before));
    }
    if (without.path("documents").asLong() > 0) {
      int number = inputs.result("topics").path("table").path("count").asInt();
      rows.add(topic("without a topic", List.of(), List.of(), without, number, before));
    }
    return rows.isEmpty() ? List.of() : List.of(new Topics(rows));
  }

  private TopicRow topic(
      String name,
      List<String> terms,
      List<String> examples,
      JsonNode totals,
      int number,
      double before) {
    long tokens = totals.path("tokens").asLong();
    long selected = selectedTokensByTopic.getOrDefault(number, 0L);
    double after =
        Math.max(1, selectedTokensByTopic.values().stream().mapToLong(Long::longValue).sum());
    return new TopicRow(
        name,
        String.join(", ", terms),
        String.join(" · ", examples),
        Figures.count(totals.path("documents")),
        Figures.count(tokens),
        Figures.count(selected),
        Figures.share(tokens / Math.max(1, before)),
        Figures.share(selected / after));
  }

  private double sum(ToLongFunction<Amount> field) {
    return statistics.sources().stream().map(SourceSummary::all).mapToLong(field).sum();
  }

  // The plan.

  private Plan plan() {
    JsonNode plan = inputs.plan();
    JsonNode main = plan.path("main");
    Map<String, String> titles = new TreeMap<>();
    plan.path("evidence")
        .forEach(
            reference ->
                titles.put(
                    reference.path("finding").path("id").asText(),
                    reference.path("finding").path("source").asText()));
    List<Warning> warnings = warnings(plan.path("warnings"));
    warnings.addAll(warnings(main.path("warnings")));
    warnings.sort(Comparator.comparing(warning -> SEVERITIES.indexOf(warning.severity())));
    List<Candidate> alternatives = new ArrayList<>();
    plan.path("alternatives")
        .forEach(
            candidate ->
                alternatives.add(
                    new Candidate(
                        candidate.path("title").asText(),
                        candidate.path("summary").asText(),
                        reasons(candidate, titles),
                        warnings(candidate.path("warnings")))));
    List<Line> comparison = new ArrayList<>();
    plan.path("comparison")
        .forEach(
            line ->
                comparison.add(
                    line(line, line.path("title").asText(), line.path("role").asText())));
    List<Line> branches = new ArrayList<>();
    main.path("branches")
        .forEach(
            branch ->
                branches.add(
                    line(
                        branch,
                        Figures.small(branch.path("finalRate").asDouble()),
                        "from step " + Figures.count(branch.path("startStep")))));
    List<Fact> checkpoints = new ArrayList<>();
    main.path("averaging")
        .path("checkpoints")
        .forEach(
            checkpoint ->
                checkpoints.add(
                    new Fact(
                        "step " + Figures.count(checkpoint.path("step")),
                        Figures.small(checkpoint.path("weight").asDouble()))));
    return new Plan(
        main.path("title").asText(),
        main.path("summary").asText(),
        reasons(main, titles),
        numbers(main),
        checkpoints,
        warnings,
        alternatives,
        comparison,
        branches,
        evidence(plan));
  }

  private static List<Reason> reasons(JsonNode candidate, Map<String, String> titles) {
    List<Reason> reasons = new ArrayList<>();
    candidate
        .path("why")
        .forEach(
            reason -> {
              List<String> sources = new ArrayList<>();
              reason
                  .path("evidence")
                  .forEach(id -> sources.add(titles.getOrDefault(id.asText(), id.asText())));
              reasons.add(
                  new Reason(
                      reason.path("text").asText(),
                      String.join("; ", sources.stream().distinct().toList())));
            });
    return reasons;
  }

  private static List<Warning> warnings(JsonNode warnings) {
    List<Warning> shown = new ArrayList<>();
    warnings.forEach(
        warning ->
            shown.add(
                new Warning(
                    warning.path("severity").asText(),
                    warning.path("severity").asText().equals("loud")
                        ? "Heed this"
                        : Figures.words(warning.path("severity").asText()),
                    warning.path("message").asText(),
                    warning.path("remedy").asText())));
    return shown;
  }

  private static List<Fact> numbers(JsonNode main) {
    JsonNode schedule = main.path("schedule");
    JsonNode averaging = main.path("averaging");
    List<Fact> numbers = new ArrayList<>();
    numbers.add(new Fact("peak learning rate", Figures.small(schedule.path("peak").asDouble())));
    numbers.add(
        new Fact(
            "final learning rate",
            Figures.small(schedule.path("finalRate").asDouble())
                + " ("
                + Figures.share(schedule.path("finalRatio").asDouble())
                + " of the peak, "
                + schedule.path("finalRatioBasis").asText()
                + ")"));
    numbers.add(stretch("warm-up", schedule, "warmUp"));
    numbers.add(
        new Fact("decay begins after step", Figures.count(schedule.path("decayStartStep"))));
    numbers.add(stretch("decay", schedule, "decay"));
    numbers.add(stretch("held at the final rate", schedule, "hold"));
    numbers.add(new Fact("average", averaging.path("title").asText()));
    numbers.add(
        new Fact(
            "a checkpoint every",
            Figures.count(averaging.path("saveIntervalSteps"))
                + " steps, "
                + Figures.count(averaging.path("saveIntervalTokens"))
                + " tokens"));
    return numbers;
  }

  private static Fact stretch(String label, JsonNode schedule, String name) {
    return new Fact(
        label,
        Figures.count(schedule.path(name + "Steps"))
            + " steps, "
            + Figures.count(schedule.path(name + "Tokens"))
            + " tokens");
  }

  private static Line line(JsonNode line, String title, String role) {
    JsonNode metrics = line.path("metrics");
    return new Line(
        title,
        role,
        Figures.share(line.path("finalRatio").asDouble()),
        Figures.small(metrics.path("lambda").asDouble()),
        Figures.share(metrics.path("bestTenthRateShare").asDouble()),
        Figures.small(metrics.path("lambdaAfterAveraging").asDouble()),
        Figures.share(metrics.path("bestTenthRateShareAfterAveraging").asDouble()));
  }

  private static List<Evidence> evidence(JsonNode plan) {
    List<Evidence> evidence = new ArrayList<>();
    plan.path("evidence")
        .forEach(
            reference -> {
              JsonNode finding = reference.path("finding");
              evidence.add(
                  new Evidence(
                      finding.path("claim").asText(),
                      finding.path("source").asText() + " (" + finding.path("place").asText() + ")",
                      finding.path("scope").path("text").asText(),
                      finding.path("confidence").asText(),
                      reference.path("extrapolated").asBoolean() ? "outside its scope here" : ""));
            });
    return evidence;
  }

  // Shards and lineage.

  private String shardFolder() {
    Manifest pack = inputs.manifests().get("pack");
    return pack == null ? "" : folder(pack);
  }

  private List<Fact> shardFacts() {
    List<Fact> facts = new ArrayList<>();
    JsonNode result = inputs.result("pack");
    for (JsonNode format : result.path("table").path("splits").path(0).path("formats")) {
      if (format.isObject()) {
        facts.add(
            new Fact(
                Figures.words(format.path("format").asText()),
                Figures.bytes(format.path("bytes").asLong())
                    + ", "
                    + format.path("tokenBytes").asText()
                    + " bytes a token"));
      }
    }
    facts.add(new Fact("shards", Figures.count(result.path("shards"))));
    facts.add(new Fact("sequences", Figures.count(result.path("sequences"))));
    facts.add(new Fact("padding tokens", Figures.count(result.path("paddingTokens"))));
    return facts;
  }

  private List<Reader> readers() {
    List<Reader> readers = new ArrayList<>();
    inputs
        .result("pack")
        .path("readers")
        .forEach(
            reader -> {
              List<Fact> settings = new ArrayList<>();
              reader
                  .path("settings")
                  .properties()
                  .forEach(
                      setting ->
                          settings.add(new Fact(setting.getKey(), setting.getValue().asText())));
              readers.add(
                  new Reader(
                      Figures.words(reader.path("format").asText()),
                      reader.path("reader").asText(),
                      settings,
                      reader.path("note").asText()));
            });
    return readers;
  }

  /** One item, or none when the shards have not been verified. */
  private List<Verification> verification() {
    if (!inputs.manifests().containsKey("verify")) {
      return List.of();
    }
    JsonNode result = inputs.result("verify");
    long breaches = result.path("breachCount").asLong();
    List<Check> checks = new ArrayList<>();
    result
        .path("checks")
        .forEach(
            check ->
                checks.add(
                    new Check(
                        Figures.words(check.path("check").asText()),
                        Figures.count(check.path("checked")),
                        Figures.count(check.path("breaches")))));
    List<String> found = new ArrayList<>();
    result.path("breaches").forEach(breach -> found.add(oneLine(breach)));
    return List.of(
        new Verification(
            breaches == 0 ? "passed" : "loud",
            breaches == 0 ? "passed" : "Heed this",
            breaches == 0
                ? "All checks passed: "
                    + Figures.count(result.path("documents"))
                    + " documents and "
                    + Figures.count(result.path("tokens"))
                    + " tokens were read back."
                : Figures.count(breaches) + " breaches: do not train on these shards.",
            checks,
            found));
  }

  private static String oneLine(JsonNode node) {
    List<String> parts = new ArrayList<>();
    facts(node).forEach(fact -> parts.add(fact.label() + " " + fact.value()));
    return node.isTextual() ? node.asText() : String.join(", ", parts);
  }

  private List<Lineage> lineage() {
    List<Lineage> lineage = new ArrayList<>();
    for (String stage : STAGES.keySet()) {
      Manifest manifest = inputs.manifests().get(stage);
      if (manifest != null) {
        lineage.add(
            new Lineage(
                stage,
                manifest.fingerprint(),
                pairs(manifest.inputs()),
                pairs(manifest.digests())));
      }
    }
    return lineage;
  }

  private static String pairs(Map<String, String> map) {
    List<String> pairs = new ArrayList<>();
    new TreeMap<>(map).forEach((key, value) -> pairs.add(key + " " + value));
    return String.join(", ", pairs);
  }

  private List<Fact> versions() {
    Map<String, String> versions = new TreeMap<>();
    inputs.manifests().values().forEach(manifest -> versions.putAll(manifest.versions()));
    return versions.entrySet().stream()
        .map(version -> new Fact(version.getKey(), version.getValue()))
        .toList();
  }

  private String seed() {
    return inputs.manifests().values().stream()
        .findFirst()
        .map(manifest -> Long.toString(manifest.seed()))
        .orElse("");
  }

  // What the charts draw.

  private Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("criteria", statistics.criteria().stream().map(ReportPage::histogram).toList());
    data.put("quality", quality());
    data.put("mixture", mixture());
    data.put("plan", schedule());
    return data;
  }

  private static Map<String, Object> histogram(Criterion criterion) {
    double width = (criterion.high() - criterion.low()) / RatingStatistics.BINS;
    List<Double> places = new ArrayList<>();
    for (int i = 0; i < RatingStatistics.BINS; i++) {
      places.add(round(criterion.low() + (i + 0.5) * width));
    }
    return Map.of(
        "name",
        Figures.words(criterion.name()),
        "places",
        places,
        "tokensBefore",
        criterion.bins().stream().map(Amount::tokensBefore).toList(),
        "tokensAfter",
        criterion.bins().stream().map(Amount::tokensAfter).toList(),
        "documentsBefore",
        criterion.bins().stream().map(Amount::documentsBefore).toList(),
        "documentsAfter",
        criterion.bins().stream().map(Amount::documentsAfter).toList());
  }

  private Map<String, Object> quality() {
    CurriculumProfile profile = inputs.profile();
    List<Bin> bins = profile.bins().stream().filter(bin -> bin.tokens() > 0).toList();
    return Map.of(
        "places",
        bins.stream().map(bin -> place(bin.firstToken() + bin.tokens() / 2.0)).toList(),
        "scores",
        bins.stream().map(bin -> round(bin.meanScore())).toList(),
        "quantiles",
        bins.stream().map(bin -> round(bin.meanQuantile())).toList());
  }

  /** The place in the curriculum in percent. */
  private double place(double token) {
    return round(100 * token / Math.max(1, inputs.profile().tokens()));
  }

  private Map<String, Object> mixture() {
    Map<String, Long> totals = new TreeMap<>();
    inputs
        .profile()
        .bins()
        .forEach(
            bin ->
                bin.tokensBySource()
                    .forEach((name, tokens) -> totals.merge(name, tokens, Long::sum)));
    List<String> largest =
        totals.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MIXTURE_SOURCES)
            .map(Map.Entry::getKey)
            .toList();
    List<String> names = new ArrayList<>(largest);
    if (totals.size() > largest.size()) {
      names.add("all others");
    }
    long[][] tokens = new long[names.size()][MIXTURE_STRETCHES];
    double length = Math.max(1, inputs.profile().tokens());
    for (Bin bin : inputs.profile().bins()) {
      int stretch =
          (int) Math.min(MIXTURE_STRETCHES - 1, bin.firstToken() / length * MIXTURE_STRETCHES);
      bin.tokensBySource()
          .forEach(
              (name, count) -> {
                int index = largest.indexOf(name);
                tokens[index < 0 ? largest.size() : index][stretch] += count;
              });
    }
    List<Map<String, Object>> sources = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      sources.add(
          Map.of("name", names.get(i), "tokens", Arrays.stream(tokens[i]).boxed().toList()));
    }
    return Map.of("stretches", MIXTURE_STRETCHES, "sources", sources);
  }

  private Map<String, Object> schedule() {
    JsonNode main = inputs.plan().path("main");
    double stream = Math.max(1, inputs.plan().path("run").path("streamTokens").asDouble());
    List<Map<String, Object>> points = new ArrayList<>();
    main.path("curve")
        .forEach(
            point ->
                points.add(
                    Map.of(
                        "place", round(100 * point.path("token").asDouble() / stream),
                        "step", point.path("step").asLong(),
                        "rate", point.path("rate").asDouble(),
                        "equivalentRate", point.path("equivalentRate").asDouble())));
    List<Map<String, Object>> checkpoints = new ArrayList<>();
    main.path("averaging")
        .path("checkpoints")
        .forEach(
            checkpoint ->
                checkpoints.add(
                    Map.of(
                        "place", round(100 * checkpoint.path("token").asDouble() / stream),
                        "step", checkpoint.path("step").asLong(),
                        "weight", round(checkpoint.path("weight").asDouble()))));
    return Map.of("points", points, "checkpoints", checkpoints);
  }

  private static double round(double value) {
    return Math.rint(value * 1e6) / 1e6;
  }
}
