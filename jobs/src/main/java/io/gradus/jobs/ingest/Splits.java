package io.gradus.jobs.ingest;

import io.gradus.jobs.ingest.IngestConfig.Format;
import java.util.ArrayList;
import java.util.List;

/**
 * Shares files out to tasks: large files of lines are cut, small files put together. How that is
 * done touches speed alone, never the documents.
 */
final class Splits {
  private static final long LARGEST = 64L << 20;

  /** What opening a file costs, in bytes that could be read meanwhile. */
  private static final long OPENING = 1L << 20;

  private Splits() {}

  /** The pieces that each task reads, in order. */
  static List<List<Split>> plan(List<InputFile> files, int parallelism) {
    long total = files.stream().mapToLong(file -> file.length() + OPENING).sum();
    long size = Math.min(LARGEST, Math.max(OPENING, total / parallelism));
    List<List<Split>> tasks = new ArrayList<>();
    List<Split> task = new ArrayList<>();
    long taskSize = 0;
    for (InputFile file : files) {
      for (Split split : cut(file, size)) {
        if (!task.isEmpty() && taskSize + split.length() + OPENING > size) {
          tasks.add(task);
          task = new ArrayList<>();
          taskSize = 0;
        }
        task.add(split);
        taskSize += split.length() + OPENING;
      }
    }
    if (!task.isEmpty()) {
      tasks.add(task);
    }
    return tasks;
  }

  static List<Split> cut(InputFile file, long size) {
    if (file.format() != Format.JSONL || file.compression() != Compression.NONE) {
      return List.of(new Split(file, 0, file.length()));
    }
    List<Split> splits = new ArrayList<>();
    // An empty file is one empty split, so that there is something to read wherever there is a
    // file.
    long start = 0;
    do {
      splits.add(new Split(file, start, Math.min(file.length(), start + size)));
      start += size;
    } while (start < file.length());
    return splits;
  }
}
