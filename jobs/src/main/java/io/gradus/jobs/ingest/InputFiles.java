package io.gradus.jobs.ingest;

import io.gradus.common.job.UserMistake;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.jobs.ingest.IngestConfig.Format;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * All files that the configuration names, with globs and folders expanded, in the order of inputs
 * and then of paths. Files and folders below a named folder are skipped when their name starts with
 * a dot or an underscore, as Spark skips them.
 */
final class InputFiles {
  private static final Map<String, Format> FORMATS =
      Map.ofEntries(
          Map.entry("jsonl", Format.JSONL),
          Map.entry("ndjson", Format.JSONL),
          Map.entry("json", Format.JSONL),
          Map.entry("parquet", Format.PARQUET),
          Map.entry("txt", Format.TEXT),
          Map.entry("text", Format.TEXT),
          Map.entry("md", Format.TEXT),
          Map.entry("adoc", Format.TEXT),
          Map.entry("rst", Format.TEXT),
          Map.entry("wet", Format.WET));

  private final List<InputFile> files;

  private InputFiles(List<InputFile> files) {
    this.files = files;
  }

  /**
   * Lists the files.
   *
   * @throws UserMistake naming every path that matches nothing, and every file whose format its
   *     name does not tell
   */
  static InputFiles expand(Configuration hadoop, IngestConfig config) {
    List<InputFile> files = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < config.inputs().size(); i++) {
      String place = "ingest.inputs[" + i + "]";
      try {
        expand(hadoop, config.inputs().get(i), i, files);
      } catch (IOException | IllegalArgumentException e) {
        problems.add(
            place
                + ".path: cannot list '"
                + config.inputs().get(i).path()
                + "' ("
                + e.getMessage()
                + "). Give a file, a folder or a glob on a file system that Hadoop knows.");
      } catch (UserMistake e) {
        problems.add(place + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new UserMistake(String.join("\n", problems));
    }
    return new InputFiles(List.copyOf(files));
  }

  List<InputFile> files() {
    return files;
  }

  long bytes() {
    return files.stream().mapToLong(InputFile::length).sum();
  }

  /** SHA-256 of path, length and modification time of every file. */
  String digest() {
    MessageDigest sha256 = Fingerprint.newSha256();
    for (InputFile file : files) {
      String line =
          String.join(
              "\t",
              Integer.toString(file.input()),
              file.path(),
              Long.toString(file.length()),
              Long.toString(file.modified()));
      sha256.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static void expand(Configuration hadoop, Input input, int index, List<InputFile> files)
      throws IOException {
    Path pattern = new Path(input.path());
    FileSystem fileSystem = pattern.getFileSystem(hadoop);
    FileStatus[] matches = fileSystem.globStatus(pattern);
    List<InputFile> found = new ArrayList<>();
    if (matches != null) {
      Path top = fixedFolder(fileSystem.makeQualified(pattern));
      for (FileStatus match : matches) {
        if (match.isDirectory()) {
          Path base = matches.length == 1 ? match.getPath() : top;
          addFolder(fileSystem, match.getPath(), base, input, index, found);
        } else {
          Path base = matches.length == 1 ? match.getPath().getParent() : top;
          found.add(file(match, base, input, index));
        }
      }
    }
    if (found.isEmpty()) {
      throw new UserMistake(
          ".path: '"
              + input.path()
              + "' matches no file (looked in "
              + fixedFolder(fileSystem.makeQualified(pattern))
              + "). Mend the path; a relative one starts at the folder of the"
              + " configuration file.");
    }
    found.sort(Comparator.comparing(InputFile::path));
    files.addAll(found);
  }

  private static void addFolder(
      FileSystem fileSystem, Path folder, Path base, Input input, int index, List<InputFile> files)
      throws IOException {
    RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(folder, true);
    while (all.hasNext()) {
      LocatedFileStatus status = all.next();
      if (!isHidden(relative(folder, status.getPath()))) {
        files.add(file(status, base, input, index));
      }
    }
  }

  private static boolean isHidden(String relativePath) {
    for (String part : relativePath.split("/", -1)) {
      if (part.startsWith(".") || part.startsWith("_")) {
        return true;
      }
    }
    return false;
  }

  private static InputFile file(FileStatus status, Path base, Input input, int index) {
    String name = status.getPath().getName();
    Compression compression = Compression.of(name);
    Format format =
        input.format() == Format.AUTO
            ? formatOf(compression.strip(name), status.getPath())
            : input.format();
    if (format == Format.PARQUET) {
      // Parquet packs its own pages; whatever the name says, the file itself is not packed.
      compression = Compression.NONE;
    }
    if (input.hasTokensField() && (format == Format.TEXT || format == Format.WET)) {
      throw new UserMistake(
          ".tokens-field: '"
              + status.getPath()
              + "' has no fields. Leave tokens-field out, or give such files an input of their"
              + " own.");
    }
    if (input.hasSourceField() && format == Format.TEXT) {
      throw new UserMistake(
          ".source-field: '"
              + status.getPath()
              + "' has no fields. Give 'source' instead, or give such files an input of their"
              + " own.");
    }
    return new InputFile(
        index,
        status.getPath().toString(),
        relative(base, status.getPath()),
        status.getLen(),
        status.getModificationTime(),
        format,
        compression);
  }

  private static Format formatOf(String name, Path path) {
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (suffix.equals("warc")) {
      throw new UserMistake(
          ".path: '"
              + path
              + "' is a WARC file of whole responses, from which no text is extracted. Give the"
              + " .warc.wet files of the same crawl, or set format = wet if it holds conversion"
              + " records.");
    }
    Format format = FORMATS.get(suffix);
    if (format == null) {
      throw new UserMistake(
          ".format: the name of '"
              + path
              + "' does not tell its format. Set format to jsonl, parquet, text or wet, or narrow"
              + " the path.");
    }
    return format;
  }

  /** The longest part of a pattern that has no glob characters, as a folder. */
  private static Path fixedFolder(Path pattern) {
    Path folder = pattern.getParent() == null ? pattern : pattern.getParent();
    while (folder.getParent() != null && folder.toString().matches(".*[*?\\[{].*")) {
      folder = folder.getParent();
    }
    return folder;
  }

  private static String relative(Path base, Path file) {
    String basePath = base.toUri().getPath();
    String filePath = file.toUri().getPath();
    String prefix = basePath.endsWith("/") ? basePath : basePath + "/";
    return filePath.startsWith(prefix) ? filePath.substring(prefix.length()) : file.getName();
  }
}
