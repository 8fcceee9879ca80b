package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.hadoop.fs.Path;

/** One format's files of one shard, under temporary names until they are complete. */
final class ShardFiles {
  private final PackFolder folder;
  private final ShardFormat format;
  private final int shard;
  private final List<OpenFile> files = new ArrayList<>();
  private boolean committed;

  ShardFiles(PackFolder folder, ShardFormat format, int shard) {
    this.folder = folder;
    this.format = format;
    this.shard = shard;
  }

  /** Begins a file of this shard alone. */
  HashedOutput create(String path) throws IOException {
    return create(path, path, () -> 0);
  }

  /**
   * Begins this shard's stretch of a file that all shards are joined to.
   *
   * @param path of the joined file
   * @param offset of the stretch in it
   */
  HashedOutput createStretch(String path, long offset) throws IOException {
    return createStretch(path, () -> offset);
  }

  /**
   * Begins this shard's stretch of a file that all shards are joined to.
   *
   * @param path of the joined file
   * @param offset gives the stretch's offset in it when the stretch is complete
   */
  HashedOutput createStretch(String path, LongSupplier offset) throws IOException {
    return create(PackFolder.part(path, shard), path, offset);
  }

  private HashedOutput create(String place, String path, LongSupplier offset) throws IOException {
    Path temporary = folder.newTemporary();
    HashedOutput out = folder.create(temporary);
    files.add(new OpenFile(temporary, out, place, path, offset));
    return out;
  }

  /** Moves the files, which must be closed, to their places. */
  List<PackedFile> commit() throws IOException {
    List<PackedFile> packed = new ArrayList<>();
    for (OpenFile file : files) {
      folder.commit(file.temporary, file.place);
      packed.add(
          new PackedFile(
              format, file.path, file.offset.getAsLong(), file.out.getPos(), file.out.sha256()));
    }
    committed = true;
    return packed;
  }

  /** Removes what was not committed. */
  void discard() throws IOException {
    if (!committed) {
      for (OpenFile file : files) {
        file.out.close();
        folder.discard(file.temporary);
      }
    }
  }

  /**
   * A file under way.
   *
   * @param place where it goes when it is complete
   * @param path the file that trainers will find it in
   * @param offset gives its place in that file
   */
  private record OpenFile(
      Path temporary, HashedOutput out, String place, String path, LongSupplier offset) {}
}
