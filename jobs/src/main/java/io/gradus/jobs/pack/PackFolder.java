package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Json;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The stage's directory. Trainers' folders get complete files only, and nothing else: what is under
 * way lies in {@code .work}, which goes when the stage ends. A shard is finished when its marker in
 * {@code .work/done} exists, and that is written after its files.
 */
final class PackFolder {
  private static final String WORK = ".work";
  private static final String PARTS = WORK + "/parts";
  private static final String RESULT = "result.json";
  private static final Pattern MARKER = Pattern.compile("\\.work/done/.*/(\\d+)\\.json");

  private final Path root;
  private final FileSystem fileSystem;

  PackFolder(Path root, Configuration hadoop) throws IOException {
    this.root = root;
    FileSystem any = root.getFileSystem(hadoop);
    // Hadoop's local file system would put a .crc file beside each shard.
    this.fileSystem = any instanceof LocalFileSystem local ? local.getRawFileSystem() : any;
  }

  /** Makes room for what is under way, and forgets what attempts that ended left. */
  void prepare() throws IOException {
    fileSystem.mkdirs(new Path(root, WORK + "/done"));
    fileSystem.mkdirs(new Path(root, PARTS));
    fileSystem.delete(new Path(root, WORK + "/temporary"), true);
    fileSystem.mkdirs(new Path(root, WORK + "/temporary"));
  }

  /** Creates the folders that the groups' files appear in. */
  void prepare(List<ShardGroup> groups) throws IOException {
    for (ShardGroup group : groups) {
      for (FormatWriter format : group.formats()) {
        fileSystem.mkdirs(new Path(root, format.folder()));
      }
      fileSystem.mkdirs(new Path(root, doneFolder(group.shardList())));
    }
  }

  /** Where a shard's stretch of a joined file waits until all shards are there. */
  static String part(String path, int shard) {
    return String.format("%s/%s.%05d", PARTS, path.replace('/', '-'), shard);
  }

  /** Begins a file; it is to be committed or discarded. */
  PendingFile create(String path) throws IOException {
    return PendingFile.create(
        fileSystem, new Path(root, path), new Path(root, WORK + "/temporary/" + UUID.randomUUID()));
  }

  FSDataInputStream open(String path) throws IOException {
    return fileSystem.open(new Path(root, path));
  }

  /** Writes a whole file of a format so that it appears complete or not at all. */
  PackedFile write(ShardFormat format, String path, Content content) throws IOException {
    PendingFile file = create(path);
    try {
      content.writeTo(file.out());
      file.commit();
    } finally {
      file.discard();
    }
    return new PackedFile(format, path, 0, file.out().getPos(), file.out().sha256());
  }

  /** Writes a small file beside the formats' folders; returns its SHA-256. */
  String writeText(String path, Iterable<String> lines) throws IOException {
    PendingFile file = create(path);
    try {
      for (String line : lines) {
        file.out().write(line.getBytes(StandardCharsets.UTF_8));
      }
      file.commit();
    } finally {
      file.discard();
    }
    return file.out().sha256();
  }

  /** Notes that a shard is complete. */
  void finishShard(String shardList, Shard shard) throws IOException {
    writeText(
        String.format("%s/%05d.json", doneFolder(shardList), shard.index()),
        List.of(Json.tree(shard).toString()));
  }

  /** Notes that a format is complete. */
  void finishFormat(FormatWriter format, List<PackedFile> wholeFiles) throws IOException {
    writeText(marker(format), List.of(Json.tree(new WholeFiles(wholeFiles)).toString()));
  }

  /** The files of a format that belong to no single shard, when all of them are complete. */
  Optional<List<PackedFile>> finishedFormat(FormatWriter format) throws IOException {
    Optional<WholeFiles> found = read(marker(format), WholeFiles.class);
    if (found.isPresent()) {
      for (PackedFile file : found.get().files()) {
        if (!holds(file.path(), file.bytes())) {
          return Optional.empty();
        }
      }
    }
    return found.map(WholeFiles::files);
  }

  /** Notes that a placement is complete. */
  void finishPlacement(String placement, PlacedStream placed) throws IOException {
    writeText(marker(placement), List.of(Json.tree(placed).toString()));
  }

  /** What was said of a placement that is complete. */
  Optional<PlacedStream> finishedPlacement(String placement) throws IOException {
    return read(marker(placement), PlacedStream.class);
  }

  /** What the marker of a finished format holds. */
  private record WholeFiles(List<PackedFile> files) {}

  /**
   * The shards of a group whose files are all there, in full length. Each folder is listed once,
   * since asking for every file by itself takes long on a distant file system.
   *
   * @param known shards that were found before, whose markers are not read again
   */
  Map<Integer, Shard> finishedShards(ShardGroup group, Map<Integer, Shard> known)
      throws IOException {
    Map<String, Long> lengths = new HashMap<>();
    for (FormatWriter format : group.formats()) {
      list(format.folder(), lengths);
    }
    list(PARTS, lengths);
    Map<String, Long> markers = new HashMap<>();
    list(doneFolder(group.shardList()), markers);
    Map<Integer, Shard> finished = new TreeMap<>();
    for (String marker : markers.keySet()) {
      Matcher matcher = MARKER.matcher(marker);
      if (matcher.matches()) {
        int index = Integer.parseInt(matcher.group(1));
        Shard shard =
            known.containsKey(index) ? known.get(index) : read(marker, Shard.class).orElseThrow();
        if (shard.files().stream().allMatch(file -> isThere(index, file, lengths))) {
          finished.put(index, shard);
        }
      }
    }
    return finished;
  }

  private static boolean isThere(int shard, PackedFile file, Map<String, Long> lengths) {
    Long part = lengths.get(part(file.path(), shard));
    if (part != null) {
      return part == file.bytes();
    }
    // Of a joined file the shard is a stretch; it appeared complete.
    Long whole = lengths.get(file.path());
    return whole != null && whole >= file.offset() + file.bytes();
  }

  /** Puts in the length of each file in a folder, by its path below the stage's directory. */
  private void list(String folder, Map<String, Long> lengths) throws IOException {
    try {
      for (FileStatus file : fileSystem.listStatus(new Path(root, folder))) {
        lengths.put(folder + "/" + file.getPath().getName(), file.getLen());
      }
    } catch (FileNotFoundException e) {
      // As an empty folder.
    }
  }

  private static String doneFolder(String shardList) {
    return WORK + "/done/" + shardList.replace('/', '-');
  }

  private static String marker(FormatWriter format) {
    return marker(format.folder());
  }

  private static String marker(String name) {
    return WORK + "/done/" + name.replace('/', '-') + ".json";
  }

  private boolean holds(String path, long bytes) throws IOException {
    try {
      FileStatus status = fileSystem.getFileStatus(new Path(root, path));
      return status.getLen() == bytes;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private <T> Optional<T> read(String path, Class<T> type) throws IOException {
    try (FSDataInputStream in = open(path)) {
      return Optional.of(Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), type));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The result of a run that was stopped after its last step, if there is one. */
  Optional<PackResult> result() throws IOException {
    return read(RESULT, PackResult.class);
  }

  /** Writes the list of all shards; returns its SHA-256. */
  String writeShards(String shardList, List<Shard> shards) throws IOException {
    return writeText(
        shardList, () -> shards.stream().map(shard -> Json.tree(shard) + "\n").iterator());
  }

  /** The shards that a list has, one after the other; to be closed. */
  Stream<Shard> shards(String shardList) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(open(shardList), StandardCharsets.UTF_8));
    return lines
        .lines()
        .map(line -> Json.read(line, Shard.class))
        .onClose(
            () -> {
              try {
                lines.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /** Ends the stage's work. */
  void finish(PackResult result) throws IOException {
    writeText(RESULT, List.of(Json.write(result)));
    removeWork();
  }

  void removeWork() throws IOException {
    fileSystem.delete(new Path(root, WORK), true);
  }

  /** What writes a file's content. */
  @FunctionalInterface
  interface Content {
    void writeTo(HashedOutput out) throws IOException;
  }
}
