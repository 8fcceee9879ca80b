package io.gradus.jobs.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.common.workspace.Workspace;
import io.gradus.jobs.cluster.ClusterProfile;
import io.gradus.jobs.pipeline.Sizing.Cluster;
import io.gradus.jobs.pipeline.Sizing.Device;
import io.gradus.jobs.pipeline.Sizing.Memory;
import io.gradus.jobs.pipeline.Sizing.Work;
import io.gradus.jobs.rate.RateEstimate;
import io.gradus.jobs.rate.RateEstimate.BundleSpeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is known of each stage before it runs: from the workspace's manifests, from {@code gradus
 * rater bench}, and where nothing was measured from the formats alone.
 */
final class SizingInputs {
  /** English web text in GPT-2's tokens. */
  private static final double BYTES_OF_A_TOKEN = 4.4;

  private static final double TOKENS_OF_A_DOCUMENT = 700;
  private static final int BYTES_OF_A_PACKED_TOKEN = 2;

  /** Text by zstd, in a shuffle. */
  private static final double COMPRESSED = 0.45;

  /** What a narrow row takes in a shuffle: doc_id, source, tokens, score and key. */
  private static final double BYTES_OF_A_ROW = 40;

  /** Shorter runs were mostly starting. */
  private static final Duration TELLING = Duration.ofSeconds(20);

  /** Of fewer, files hold mostly what every file holds. */
  private static final long TELLING_TOKENS = 1_000_000;

  private static final String UNMEASURED =
      "known after a run of 20 seconds and more of this stage in this workspace";

  /** The stages that take long; the others read what these have summed up. */
  private static final Set<String> SIZED =
      Set.of("ingest", "topics", "rate", "calibrate", "sample", "order", "pack", "verify");

  private final PipelineConfig config;
  private final Workspace workspace;
  private final List<String> stages;
  private final Optional<JsonNode> documents;

  SizingInputs(PipelineConfig config, Workspace workspace, List<String> stages) {
    this.config = config;
    this.workspace = workspace;
    this.stages = stages;
    this.documents = newest("ingest").map(manifest -> manifest.result().path("table"));
  }

  /**
   * The sizes for a corpus.
   *
   * @param tokens of the corpus; empty for those that were ingested
   * @throws UserMistake when nobody knows how many tokens there are
   */
  Sizing size(ClusterProfile profile, OptionalLong tokens) {
    long corpus =
        tokens.orElseGet(
            () ->
                documents
                    .map(table -> table.path("tokens").asLong())
                    .orElseThrow(
                        () ->
                            new UserMistake(
                                "explain --cluster: how many tokens there are is known after"
                                    + " ingest. Give an estimate, as in --tokens 260B.")));
    Cluster cluster =
        new Cluster(
            profile.name(),
            profile.executors(),
            profile.coresOfAnExecutor(),
            profile.gpusOfAnExecutor(),
            profile.heap(),
            profile.overhead());
    List<BundleSpeed> bundles = RateEstimate.speeds(config.rate(), workspace.hadoop());
    List<Work> works = new ArrayList<>();
    for (String stage : stages) {
      if (SIZED.contains(stage)) {
        long through = isOfSelection(stage) ? config.sample().budget().in(corpus) : corpus;
        works.add(
            stage.equals("rate") ? rating(bundles, through) : work(stage, through, Device.CORE));
      }
    }
    long models = bundles.stream().mapToLong(BundleSpeed::bytes).max().orElse(0);
    return Sizing.of(cluster, works, Memory.of(cluster, config.rate().windowCharacters(), models));
  }

  private static boolean isOfSelection(String stage) {
    return List.of("order", "pack", "verify").contains(stage);
  }

  /** Bundles one after the other; what a bench measured comes before what a run had beside it. */
  private Work rating(List<BundleSpeed> bundles, long tokens) {
    Device device = config.rate().device().usesGpu() ? Device.GPU : Device.CORE;
    if (bundles.isEmpty()) {
      return work("rate", tokens, Device.CORE);
    }
    List<String> unmeasured =
        bundles.stream()
            .filter(bundle -> bundle.tokensPerSecond() == 0)
            .map(BundleSpeed::bundle)
            .toList();
    double seconds = bundles.stream().mapToDouble(bundle -> 1 / bundle.tokensPerSecond()).sum();
    double stored = stored("rate");
    if (unmeasured.isEmpty()) {
      return new Work("rate", tokens, device, 1 / seconds, "by gradus rater bench", 0, stored);
    }
    Optional<Manifest> before = newest("rate").filter(SizingInputs::tells);
    if (before.isPresent() && device == Device.CORE) {
      return work("rate", tokens, device);
    }
    return new Work(
        "rate",
        tokens,
        device,
        0,
        "how fast one device is tells 'gradus rater bench " + unmeasured.get(0) + "', run there",
        0,
        stored);
  }

  private Work work(String stage, long tokens, Device device) {
    Optional<Manifest> before = newest(stage).filter(SizingInputs::tells);
    double speed =
        before
            .map(
                manifest ->
                    tokensOf(manifest)
                        / (double) manifest.cores()
                        / seconds(manifest).toMillis()
                        * 1000)
            .orElse(0.0);
    return new Work(
        stage,
        tokens,
        device,
        speed,
        before.isPresent() ? "this workspace" : UNMEASURED,
        shuffled(stage),
        stored(stage));
  }

  /** In bytes for each token that goes through the stage. */
  private double shuffled(String stage) {
    double row = BYTES_OF_A_ROW / ratio("tokens", "rows", TOKENS_OF_A_DOCUMENT);
    return switch (stage) {
      case "ingest" -> COMPRESSED * ratio("textBytes", "tokens", BYTES_OF_A_TOKEN);
      case "sample", "order", "verify" -> row;
      case "pack" -> tokenBytes();
      default -> 0;
    };
  }

  private double ratio(String above, String below, double otherwise) {
    return documents
        .filter(table -> table.path(below).asLong() > 0)
        .map(table -> table.path(above).asDouble() / table.path(below).asDouble())
        .orElse(otherwise);
  }

  /** What the workspace's outputs take for each token, and else what must be in them. */
  private double stored(String stage) {
    double row = BYTES_OF_A_ROW / ratio("tokens", "rows", TOKENS_OF_A_DOCUMENT);
    return newest(stage)
        .filter(manifest -> tokensOf(manifest) >= TELLING_TOKENS)
        .map(manifest -> bytes(stage, manifest) / (double) tokensOf(manifest))
        .orElseGet(
            () ->
                switch (stage) {
                  case "ingest" ->
                      COMPRESSED * ratio("textBytes", "tokens", BYTES_OF_A_TOKEN) + tokenBytes();
                  case "pack" -> (double) tokenBytes() * config.pack().formats().size();
                  case "rate", "sample", "order" -> row;
                  default -> 0.0;
                });
  }

  private int tokenBytes() {
    return documents.map(table -> table.path("tokenBytes").asInt()).orElse(BYTES_OF_A_PACKED_TOKEN);
  }

  private long bytes(String stage, Manifest manifest) {
    StageDirectory directory = workspace.stage(stage, manifest.fingerprint());
    try {
      long bytes = directory.fileSystem().getContentSummary(directory.path()).getLength();
      // Each rater's own files stay beside the table that is made of them.
      return stage.equals("rate") ? 2 * bytes : bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tokens that went through the stage. */
  private long tokensOf(Manifest manifest) {
    return newest(isOfSelection(manifest.stage()) ? "order" : "ingest")
        .map(table -> table.result().at("/table/tokens").asLong())
        .orElse(0L);
  }

  private static boolean tells(Manifest manifest) {
    boolean whole = true;
    for (JsonNode rater : manifest.result().path("raters")) {
      whole &= rater.path("bucketsReused").asInt() == 0;
      whole &= rater.path("documentsTakenOver").asLong() == 0;
    }
    whole &= manifest.result().at("/newData/earlier").asText().isEmpty();
    return whole && manifest.cores() > 0 && seconds(manifest).compareTo(TELLING) >= 0;
  }

  private static Duration seconds(Manifest manifest) {
    return Duration.between(manifest.started(), manifest.finished());
  }

  private Optional<Manifest> newest(String stage) {
    return workspace.finished(stage).stream().findFirst();
  }
}
