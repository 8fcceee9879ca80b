package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;

/**
 * Joins the shards' stretches of one file, for readers that want a single file.
 *
 * @param path of the joined file
 * @param shardList the file that lists the shards
 */
record JoinedFile(PackFolder folder, ShardFormat format, String path, String shardList) {

  /**
   * Writes the file: all stretches in order, each checked against its digest.
   *
   * @param last writes what comes after them
   */
  PackedFile write(PackFolder.Content last) throws IOException {
    return folder.write(
        format,
        path,
        out -> {
          try (Stream<Shard> shards = folder.shards(shardList)) {
            for (Iterator<Shard> each = shards.iterator(); each.hasNext(); ) {
              copy(each.next(), out);
            }
          }
          last.writeTo(out);
        });
  }

  private void copy(Shard shard, HashedOutput out) throws IOException {
    String part = PackFolder.part(path, shard.index());
    MessageDigest digest = Fingerprint.newSha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = folder.open(part)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        TaskContext.get().killTaskIfInterrupted();
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(shard.file(path).sha256())) {
      throw new IllegalStateException("The bytes of " + part + " changed on disk");
    }
  }
}
