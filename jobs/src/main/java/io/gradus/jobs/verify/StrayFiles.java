package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Finished;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;

/** Files in the formats' folders that were not packed; folders that trainers add are let be. */
final class StrayFiles {
  private StrayFiles() {}

  static void check(
      Finished<PackedShards> packed, Collection<List<Shard>> shards, Findings findings)
      throws IOException {
    Set<String> expected = new HashSet<>();
    Stream.concat(
            packed.table().splits().stream()
                .flatMap(split -> split.formats().stream())
                .flatMap(format -> format.wholeFiles().stream()),
            shards.stream().flatMap(List::stream).flatMap(shard -> shard.files().stream()))
        .map(PackedFile::path)
        .forEach(expected::add);
    for (PackedSplit split : packed.table().splits()) {
      for (ShardFormat format : ShardFormat.values()) {
        for (String path : files(packed, split.folder() + format.label())) {
          if (!expected.contains(path)) {
            findings.breach(Check.FILES, path, "", "is there, but was not packed");
          }
        }
      }
    }
  }

  private static List<String> files(Finished<PackedShards> packed, String folder)
      throws IOException {
    try {
      FileStatus[] found =
          packed.directory().fileSystem().listStatus(packed.directory().file(folder));
      return Arrays.stream(found)
          .filter(FileStatus::isFile)
          .map(file -> folder + "/" + file.getPath().getName())
          .sorted()
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }
}
