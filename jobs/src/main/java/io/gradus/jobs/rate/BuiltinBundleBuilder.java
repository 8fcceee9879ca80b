package io.gradus.jobs.rate;

import ai.onnxruntime.OrtException;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes the built-in rater while Gradus is built: takes a sentence-embedding model out of a jar,
 * embeds the anchor texts, and writes the bundle. What it is and is not: {@code
 * docs/rater-builtin.md}.
 */
final class BuiltinBundleBuilder {
  /** Raised whenever other bytes come out for the same anchors and model. */
  private static final int VERSION = 1;

  private static final int WIDTH = 384;

  /** The model's authors cut texts at 256 tokens; longer inputs it has never seen. */
  private static final int CHUNK_TOKENS = 256;

  /** int8 kernels differ between kinds of processors; the anchors' means lie 1 apart. */
  private static final double TOLERANCE = 0.1;

  private static final EngineSettings SETTINGS = new EngineSettings(CHUNK_TOKENS, 1, 1, 1);

  private final Path anchorsFile;
  private final Path jar;
  private final String jarDigest;
  private final String resource;
  private final Path folder;
  private final PrintStream console;

  private BuiltinBundleBuilder(
      Path anchorsFile,
      Path jar,
      String jarDigest,
      String resource,
      Path folder,
      PrintStream console) {
    this.anchorsFile = anchorsFile;
    this.jar = jar;
    this.jarDigest = jarDigest;
    this.resource = resource;
    this.folder = folder;
    this.console = console;
  }

  /**
   * Builds the bundle, or does nothing where it is up to date.
   *
   * @param arguments the anchors' file; the model's jar; the jar's SHA-256; the name of the model's
   *     resources without {@code .onnx} and {@code -tokenizer.json}; the folder to write
   */
  public static void main(String[] arguments) throws IOException, OrtException {
    new BuiltinBundleBuilder(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            arguments[2],
            arguments[3],
            Path.of(arguments[4]),
            System.out)
        .build();
  }

  private void build() throws IOException, OrtException {
    byte[] anchorBytes = Files.readAllBytes(anchorsFile);
    String stamp =
        String.join(
            " ",
            "" + VERSION,
            ModelGraph.runtimeVersion(),
            jarDigest,
            Fingerprint.sha256(anchorBytes));
    Path stampFile = jar.resolveSibling("builtin-bundle.stamp");
    if (Files.exists(folder.resolve(RaterDefinition.FILE))
        && Files.exists(stampFile)
        && Files.readString(stampFile).equals(stamp)) {
      return;
    }
    String found = Fingerprint.sha256(Files.readAllBytes(jar));
    if (!found.equals(jarDigest)) {
      throw new IllegalStateException(
          jar + ": its SHA-256 is " + found + ", but the build pins " + jarDigest);
    }
    Files.createDirectories(folder);
    Map<String, String> digests = new TreeMap<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      digests.put(RaterDefinition.MODEL, unpack(zip, resource + ".onnx", RaterDefinition.MODEL));
      digests.put(
          RaterDefinition.TOKENIZER,
          unpack(zip, resource + "-tokenizer.json", RaterDefinition.TOKENIZER));
    }
    Anchors anchors = Json.read(Files.readString(anchorsFile), Anchors.class);
    List<RaterDefinition.Criterion> heads = heads(anchors, digests);
    RaterDefinition definition = definition(heads, digests, probes(anchors, heads, digests));
    Files.writeString(folder.resolve(RaterDefinition.FILE), Json.write(definition));
    Files.writeString(stampFile, stamp);
  }

  private String unpack(ZipFile zip, String entry, String file) throws IOException {
    ZipEntry found = zip.getEntry(entry);
    if (found == null) {
      throw new IllegalStateException(jar + " has no entry " + entry);
    }
    try (InputStream in = zip.getInputStream(found)) {
      byte[] bytes = in.readAllBytes();
      Files.write(folder.resolve(file), bytes);
      return Fingerprint.sha256(bytes);
    }
  }

  private List<RaterDefinition.Criterion> heads(Anchors anchors, Map<String, String> digests)
      throws OrtException {
    RaterDefinition.Criterion none =
        new RaterDefinition.Criterion("none", null, Collections.nCopies(WIDTH, 0.0), 0.0);
    List<RaterDefinition.Criterion> heads = new ArrayList<>();
    try (OnnxRater model = open(definition(List.of(none), digests, List.of()))) {
      for (Anchors.Contrast contrast : anchors.criteria()) {
        List<Anchors.Embedded> pairs = new ArrayList<>();
        for (Anchors.Pair pair : contrast.pairs()) {
          pairs.add(new Anchors.Embedded(embed(model, pair.more()), embed(model, pair.less())));
        }
        heads.add(Anchors.head(contrast.name(), pairs));
        Anchors.Separation separation = Anchors.leaveOneOut(pairs);
        console.printf(
            Locale.ROOT,
            "Built-in rater: %s, %d pairs, left out in turn: %.0f %% of pairs ranked right,"
                + " %.0f %% of texts on their side of 0%n",
            contrast.name(),
            pairs.size(),
            100 * separation.pairs(),
            100 * separation.texts());
      }
    }
    return heads;
  }

  private static double[] embed(OnnxRater model, String text) throws OrtException {
    List<double[]> vectors = model.vectors(text);
    if (vectors.size() != 1) {
      throw new IllegalStateException("An anchor must fit into one chunk: " + text);
    }
    return vectors.get(0);
  }

  private List<RaterDefinition.Probe> probes(
      Anchors anchors, List<RaterDefinition.Criterion> heads, Map<String, String> digests) {
    List<RaterDefinition.Probe> probes = new ArrayList<>();
    try (OnnxRater rater = open(definition(heads, digests, List.of()))) {
      for (String text : anchors.probes()) {
        Rating rating =
            rater.rate(List.of(new RatedDocument(new byte[16], "probe", 0, text))).get(0);
        Map<String, Double> scores = new TreeMap<>();
        for (int i = 0; i < heads.size(); i++) {
          scores.put(heads.get(i).name(), rating.scores()[i]);
        }
        probes.add(new RaterDefinition.Probe(text, scores));
      }
    }
    return probes;
  }

  private OnnxRater open(RaterDefinition definition) {
    return new OnnxRater(definition, "", folder, SETTINGS, Hardware.CPU, folder.toString());
  }

  private RaterDefinition definition(
      List<RaterDefinition.Criterion> heads,
      Map<String, String> digests,
      List<RaterDefinition.Probe> probes) {
    return new RaterDefinition(
        RaterDefinition.FORMAT_VERSION,
        "gradus-builtin",
        "" + VERSION,
        "Apache-2.0",
        "all-MiniLM-L6-v2 sentence embeddings, projected on the line between two sets of anchor"
            + " texts for each criterion; the sets' means score -0.5 and 0.5.",
        RaterDefinition.Kind.ONNX_EMBEDDING,
        "int8",
        new RaterDefinition.Chunking(CHUNK_TOKENS, RaterDefinition.SpecialTokens.ADD, 1),
        RaterDefinition.Batch.SINGLE,
        null,
        "last_hidden_state",
        Pooling.MEAN,
        true,
        null,
        heads,
        digests,
        TOLERANCE,
        probes,
        null);
  }
}
