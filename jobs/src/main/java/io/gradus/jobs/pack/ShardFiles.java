package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One format's files of one shard, which appear when they are complete. */
final class ShardFiles {
  private final PackFolder folder;
  private final ShardFormat format;
  private final int shard;
  private final List<OpenFile> files = new ArrayList<>();

  ShardFiles(PackFolder folder, ShardFormat format, int shard) {
    this.folder = folder;
    this.format = format;
    this.shard = shard;
  }

  /** Begins a file of this shard alone. */
  HashedOutput create(String path) throws IOException {
    return create(path, path);
  }

  /**
   * Begins this shard's stretch of a file that all shards are joined to, one after the other.
   *
   * @param path of the joined file
   */
  HashedOutput createStretch(String path) throws IOException {
    return create(PackFolder.part(path, shard), path);
  }

  private HashedOutput create(String place, String path) throws IOException {
    PendingFile file = folder.create(place);
    files.add(new OpenFile(file, path));
    return file.out();
  }

  /**
   * Lets the files, whose contents must be closed, appear in their places. Where stretches begin is
   * known when all shards are.
   */
  List<PackedFile> commit() throws IOException {
    List<PackedFile> packed = new ArrayList<>();
    for (OpenFile file : files) {
      file.pending.commit();
      HashedOutput out = file.pending.out();
      packed.add(new PackedFile(format, file.path, 0, out.getPos(), out.sha256()));
    }
    return packed;
  }

  /** Removes what was not committed. */
  void discard() throws IOException {
    for (OpenFile file : files) {
      file.pending.discard();
    }
  }

  /**
   * A file under way.
   *
   * @param path the file that trainers will find it in
   */
  private record OpenFile(PendingFile pending, String path) {}
}
