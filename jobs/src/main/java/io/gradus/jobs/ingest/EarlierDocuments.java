package io.gradus.jobs.ingest;

import io.gradus.common.workspace.Manifest;
import io.gradus.common.workspace.StageDirectory;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an ingest takes over from a finished documents table of the same workspace, or why it reads
 * everything.
 *
 * @param found the table; null where there is none to go on from
 * @param added the files to read
 * @param why all are read, where there was a table that could have helped; else empty
 */
record EarlierDocuments(Found found, List<InputFile> added, String why) {

  /** A documents table whose files are all among today's, unchanged. */
  record Found(StageDirectory directory, String fingerprint, IngestResult result) {}

  static EarlierDocuments none(InputFiles files, String why) {
    return new EarlierDocuments(null, files.files(), why);
  }

  Optional<Found> table() {
    return Optional.ofNullable(found);
  }

  /**
   * Looks for the largest table that today's files continue: made with the same tokenizer, format
   * and record limit, from files that are all there as they were.
   *
   * @param output of today's ingest
   */
  static EarlierDocuments find(
      IngestConfig config, InputFiles files, String tokenizerDigest, StageDirectory output) {
    List<Manifest> tables =
        output.others().stream()
            .filter(
                manifest ->
                    manifest.formatVersion() == IngestJob.FORMAT_VERSION
                        && tokenizerDigest.equals(manifest.digests().get("tokenizer"))
                        && manifest.configuration().path("maxRecordSize").asLong()
                            == config.maxRecordSize())
            .sorted(
                Comparator.comparingLong(
                        (Manifest manifest) -> manifest.result().path("inputBytes").asLong())
                    .reversed())
            .toList();
    String why = "";
    for (Manifest manifest : tables) {
      StageDirectory directory = output.other(manifest);
      Optional<String> list = directory.text(InputList.FILE);
      if (list.isEmpty() || !directory.hasTable()) {
        continue;
      }
      InputList.Difference difference =
          InputList.compare(InputList.read(list.get()), files.files(), config);
      if (difference.missing().isEmpty()) {
        IngestResult result = manifest.result(IngestResult.class);
        return new EarlierDocuments(
            new Found(directory, manifest.fingerprint(), result), difference.added(), "");
      }
      if (why.isEmpty() && isOfTheSame(difference, files)) {
        why = why(difference, files, manifest.fingerprint());
      }
    }
    return none(files, why);
  }

  /** Whether a table and today's files have anything in common. */
  private static boolean isOfTheSame(InputList.Difference difference, InputFiles files) {
    return difference.added().size() < files.files().size()
        || difference.missing().stream().anyMatch(paths(files)::contains);
  }

  private static Set<String> paths(InputFiles files) {
    return files.files().stream().map(InputFile::path).collect(Collectors.toUnmodifiableSet());
  }

  private static String why(InputList.Difference difference, InputFiles files, String table) {
    Set<String> paths = paths(files);
    String first = difference.missing().get(0);
    int more = difference.missing().size() - 1;
    return String.format(
        Locale.ROOT,
        "%s %s since ingest/%s%s",
        first,
        paths.contains(first) ? "changed" : "is gone",
        table,
        more == 0 ? "" : String.format(Locale.ROOT, ", and %,d more files", more));
  }

  /** A sentence for people; nothing where all is as on a first run. */
  Optional<String> sentence(InputFiles files) {
    if (found != null) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "%,d of %,d files are new; what the others gave is taken over from ingest/%s",
              added.size(),
              files.files().size(),
              found.fingerprint()));
    }
    return why.isEmpty()
        ? Optional.empty()
        : Optional.of(
            String.format(Locale.ROOT, "all %,d files are read, as %s", added.size(), why));
  }
}
