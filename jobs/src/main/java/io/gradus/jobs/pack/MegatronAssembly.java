package io.gradus.jobs.pack;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Joins the shards' parts to Megatron's one data file and writes its index, in one task: Megatron
 * reads a single pair of files.
 *
 * @param sequences in all shards
 * @param digests SHA-256 of each shard's part, in order: all that the task needs of the shards
 */
record MegatronAssembly(
    String directory,
    MegatronLayout layout,
    int endOfText,
    long sequences,
    List<String> digests,
    SerializableConfiguration hadoop)
    implements ForeachPartitionFunction<Long> {

  @Override
  public void call(Iterator<Long> once) throws IOException {
    if (!once.hasNext()) {
      return;
    }
    PackFolder folder = new PackFolder(new Path(directory), hadoop.value());
    PackedFile data =
        folder.write(
            ShardFormat.MEGATRON,
            MegatronLayout.DATA,
            out -> {
              for (int shard = 0; shard < digests.size(); shard++) {
                copy(folder, shard, out);
              }
              out.write(layout.lastDocument(endOfText));
            });
    PackedFile index =
        folder.write(
            ShardFormat.MEGATRON, MegatronLayout.INDEX, out -> layout.writeIndex(out, sequences));
    folder.finishMegatron(List.of(data, index));
  }

  private void copy(PackFolder folder, int shard, HashedOutput out) throws IOException {
    MessageDigest digest = Fingerprint.newSha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = folder.open(PackFolder.megatronPart(shard))) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        TaskContext.get().killTaskIfInterrupted();
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    }
    if (!HexFormat.of().formatHex(digest.digest()).equals(digests.get(shard))) {
      throw new IllegalStateException(
          "The bytes of " + PackFolder.megatronPart(shard) + " changed on disk");
    }
  }
}
