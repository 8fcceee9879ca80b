package io.gradus.jobs.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.jobs.verify.FileCheckTask.Facts;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;

/**
 * The files as a loader finds them: in its own order, each with as many samples as its index or its
 * length says.
 */
final class LoaderFiles {
  static final String PARQUET = ".parquet";
  private static final String ZSTD = ".zstd";

  private final int[] shards;
  private final long[] samples;
  private final SequenceLayout layout;
  private final int sequenceLength;

  private LoaderFiles(int[] shards, long[] samples, SequenceLayout layout, int sequenceLength) {
    this.shards = shards;
    this.samples = samples;
    this.layout = layout;
    this.sequenceLength = sequenceLength;
  }

  /** The shard in each file. */
  int[] shards() {
    return shards.clone();
  }

  /** How many samples the loader finds in each file. */
  long[] samples() {
    return samples.clone();
  }

  /** Which sequences the shards hold, as the loader cuts them. */
  SequenceLayout layout() {
    return layout;
  }

  /** Tokens of a sequence as the loader cuts them. */
  int sequenceLength() {
    return sequenceLength;
  }

  /**
   * A file that a loader would read.
   *
   * @param name its path
   */
  private record Found(String name, long samples) {}

  /**
   * Looks for the samples; nothing where the loader would read something else than the shards.
   *
   * @param facts of the shards' files, by path
   */
  static Optional<LoaderFiles> of(
      Trainer trainer,
      Finished<PackedShards> packed,
      PackedFormat format,
      List<Shard> list,
      Map<String, Facts> facts,
      Findings findings) {
    int sequenceLength = packed.table().train().stream().sequenceLength();
    findings.checked(Check.STRUCTURE, 1);
    try {
      return switch (trainer) {
        case MOSAICML_STREAMING ->
            matched(ofMds(packed, format), format, list, sequenceLength, findings);
        case LITDATA ->
            matched(
                ofLitData(packed, format, sequenceLength), format, list, sequenceLength, findings);
        case OLMO_CORE ->
            matched(
                ofLengths(packed, format, sequenceLength), format, list, sequenceLength, findings);
        case HF_MAP, HF_STREAMING ->
            matched(ofRows(packed, format, facts), format, list, sequenceLength, findings);
        case MEGATRON -> Optional.of(ofMegatron(format, list, sequenceLength, facts));
        case NANOTRON -> Optional.of(ofDatatrove(packed, format, list, facts));
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (UnreadableIndex e) {
      findings.breach(Check.STRUCTURE, e.file, "", e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<LoaderFiles> matched(
      List<Found> found,
      PackedFormat format,
      List<Shard> list,
      int sequenceLength,
      Findings findings) {
    Map<String, Integer> shardOf = new HashMap<>();
    for (Shard shard : list) {
      shardOf.put(plain(shard.file(format.format()).path()), shard.index());
    }
    int[] shards = new int[found.size()];
    long[] samples = new long[found.size()];
    boolean known = true;
    for (int i = 0; i < shards.length; i++) {
      String name = found.get(i).name();
      Integer shard = shardOf.get(plain(name));
      samples[i] = found.get(i).samples();
      findings.checked(Check.STRUCTURE, 1);
      if (shard == null) {
        known = false;
        findings.breach(
            Check.FILES, name, "", "is there, and the loader would read it, but was not packed");
      } else if (samples[i] != format.layout().rows(shard)) {
        known = false;
        findings.breach(
            Check.STRUCTURE,
            name,
            "",
            String.format(
                "the loader finds %,d sequences in it instead of %,d",
                samples[i], format.layout().rows(shard)));
      } else {
        shards[i] = shard;
      }
    }
    return known
        ? Optional.of(new LoaderFiles(shards, samples, format.layout(), sequenceLength))
        : Optional.empty();
  }

  long allSamples() {
    return Arrays.stream(samples).sum();
  }

  private static String plain(String path) {
    return path.endsWith(ZSTD) ? path.substring(0, path.length() - ZSTD.length()) : path;
  }

  private static List<Found> ofMds(Finished<PackedShards> packed, PackedFormat format) {
    String folder = format.format().label() + "/";
    List<Found> found = new ArrayList<>();
    for (JsonNode entry : index(packed, folder + "index.json").path("shards")) {
      found.add(
          new Found(
              folder + entry.path("raw_data").path("basename").asText(),
              entry.path("samples").asLong()));
    }
    return found;
  }

  private static List<Found> ofLitData(
      Finished<PackedShards> packed, PackedFormat format, int sequenceLength) {
    String folder = format.format().label() + "/";
    List<Found> found = new ArrayList<>();
    for (JsonNode chunk : index(packed, folder + "index.json").path("chunks")) {
      found.add(
          new Found(
              folder + chunk.path("filename").asText(),
              chunk.path("dim").asLong() / sequenceLength));
    }
    return found;
  }

  private static JsonNode index(Finished<PackedShards> packed, String file) {
    String json =
        packed.directory().text(file).orElseThrow(() -> new UnreadableIndex(file, "is missing"));
    try {
      return Json.read(json, JsonNode.class);
    } catch (UncheckedIOException e) {
      throw new UnreadableIndex(file, "is not JSON");
    }
  }

  /** Megatron's shards are stretches of one file; a sample needs the token after it as a label. */
  private static LoaderFiles ofMegatron(
      PackedFormat format, List<Shard> list, int sequenceLength, Map<String, Facts> facts) {
    String path = list.get(0).file(format.format()).path();
    long samples = (facts.get(path).length() / format.tokenBytes() - 1) / sequenceLength;
    SequenceLayout layout = format.layout();
    if (samples != layout.total()) {
      throw new UnreadableIndex(
          path,
          String.format("holds %,d samples and a token instead of %,d", samples, layout.total()));
    }
    return new LoaderFiles(
        list.stream().mapToInt(Shard::index).toArray(),
        list.stream().mapToLong(shard -> layout.rows(shard.index())).toArray(),
        layout,
        sequenceLength);
  }

  /** datatrove cuts its one file into rows that hold the label of their last token themselves. */
  private static LoaderFiles ofDatatrove(
      Finished<PackedShards> packed,
      PackedFormat format,
      List<Shard> list,
      Map<String, Facts> facts) {
    String path = list.get(0).file(format.format()).path();
    PackedSplit train = packed.table().train();
    int row = train.stream().sequenceLength() + 1;
    long samples = facts.get(path).length() / format.tokenBytes() / row;
    long tokens = format.layout().total() * train.stream().sequenceLength();
    if (samples != Rounded.up(tokens, row)) {
      throw new UnreadableIndex(
          path, String.format("holds %,d rows instead of %,d", samples, Rounded.up(tokens, row)));
    }
    long filled = Rounded.up(train.stream().tokens(), row);
    return new LoaderFiles(
        new int[1], new long[] {samples}, new SequenceLayout.Sorted(filled, samples), row);
  }

  /** Files of nothing but tokens, in the order of their names. */
  private static List<Found> ofLengths(
      Finished<PackedShards> packed, PackedFormat format, int sequenceLength) throws IOException {
    return folder(packed, format, ".npy").stream()
        .map(
            status ->
                new Found(
                    format.format().label() + "/" + status.getPath().getName(),
                    status.getLen() / format.tokenBytes() / sequenceLength))
        .toList();
  }

  private static List<Found> ofRows(
      Finished<PackedShards> packed, PackedFormat format, Map<String, Facts> facts)
      throws IOException {
    List<Found> found = new ArrayList<>();
    for (FileStatus status : folder(packed, format, PARQUET)) {
      String path = format.format().label() + "/" + status.getPath().getName();
      found.add(new Found(path, facts.containsKey(path) ? facts.get(path).rows() : 0));
    }
    return found;
  }

  private static List<FileStatus> folder(
      Finished<PackedShards> packed, PackedFormat format, String suffix) throws IOException {
    try {
      return Arrays.stream(
              packed
                  .directory()
                  .fileSystem()
                  .listStatus(packed.directory().file(format.format().label())))
          .filter(status -> status.isFile() && status.getPath().getName().endsWith(suffix))
          .sorted((left, right) -> left.getPath().getName().compareTo(right.getPath().getName()))
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** Every file that belongs to a format: its shards', then those of all shards together. */
  static List<PackedFile> all(PackedFormat format, List<Shard> list) {
    List<PackedFile> files = new ArrayList<>();
    for (Shard shard : list) {
      shard.files().stream().filter(file -> file.format() == format.format()).forEach(files::add);
    }
    List<String> stretched = files.stream().map(PackedFile::path).distinct().toList();
    format.wholeFiles().stream()
        // Its stretches are digested already.
        .filter(file -> !stretched.contains(file.path()))
        .forEach(files::add);
    return files;
  }

  /** An index that a loader could not use. */
  private static final class UnreadableIndex extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String file;

    UnreadableIndex(String file, String problem) {
      super(problem);
      this.file = file;
    }
  }
}
