package io.gradus.jobs.verify;

import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import java.util.List;
import java.util.stream.Stream;

/** Whether the manifest's numbers follow from each other and from the order. */
final class Manifests {
  private static final String MANIFEST = "manifest.json";

  private Manifests() {}

  /** Whether they agree; nothing else makes sense where they do not. */
  static boolean check(
      OrderTable order,
      PackedShards table,
      ShardGroup group,
      List<Shard> shards,
      Findings findings) {
    PackedSplit split = group.split();
    SequenceLayout layout = group.layout();
    int length = split.stream().sequenceLength();
    Numbers manifest = new Numbers(Check.STRUCTURE, MANIFEST, split.folder(), findings);
    if (split.folder().isEmpty()) {
      long tokens = order.tokens() + order.rows() * table.tokensBesideText();
      manifest.check("documents", split.documents(), order.rows());
      manifest.check("stream tokens", split.documentTokens(), tokens);
    }
    if (table.packing() == Packing.CONCATENATE) {
      manifest.check("tokens of the stream", split.stream().tokens(), split.documentTokens());
    }
    if (!group.isText()) {
      manifest.check("sequences", layout.sequences(), split.sequences());
    }
    manifest.check("listed shards", shards.size(), layout.shards());
    new Numbers(Check.PADDING, MANIFEST, split.folder(), findings)
        .check(
            "padding tokens",
            split.paddingTokens(),
            split.sequences() * length - split.documentTokens());
    if (!manifest.agree()) {
      return false;
    }
    boolean agree = true;
    for (int i = 0; i < shards.size(); i++) {
      agree &= checkShard(table, group, shards.get(i), i, findings);
    }
    checkBytes(group, shards, findings);
    return agree;
  }

  private static boolean checkShard(
      PackedShards table, ShardGroup group, Shard shard, int index, Findings findings) {
    SequenceLayout layout = group.layout();
    int length = group.split().stream().sequenceLength();
    long rows = layout.rows(index);
    long first = layout.sequence(index, 0);
    long last = layout.sequence(index, rows - 1);
    Numbers list = new Numbers(Check.STRUCTURE, group.shardList(), "shard " + index, findings);
    list.check("number", shard.index(), index);
    list.check("first sequence", shard.firstSequence(), first);
    list.check("last sequence", shard.lastSequence(), last);
    list.check("sequences", shard.sequences(), rows);
    list.check("first step", shard.firstStep(), first / table.globalBatch());
    list.check("last step", shard.lastStep(), last / table.globalBatch());
    if (group.isText()) {
      return list.agree();
    }
    list.check("tokens and padding", shard.tokens() + shard.paddingTokens(), rows * length);
    if (table.packing() == Packing.CONCATENATE) {
      long tokens =
          new StreamCut(group.split().stream(), layout, table.tokensBesideText())
              .streamTokens(index);
      list.check("tokens", shard.tokens(), tokens);
    }
    for (PackedFormat format : group.formats()) {
      PackedFile file = shard.file(format.format());
      // A stretch of the file that all shards share must begin where the one before it ends.
      long offset = WalkPlan.shared(format, file) ? first * length * format.tokenBytes() : 0;
      list.check(format.format().label() + " offset", file.offset(), offset);
    }
    return list.agree();
  }

  /** Compares each format's length with those of its files, which are compared with the files. */
  private static void checkBytes(ShardGroup group, List<Shard> shards, Findings findings) {
    Numbers manifest = new Numbers(Check.STRUCTURE, MANIFEST, group.split().folder(), findings);
    for (PackedFormat format : group.formats()) {
      Stream<PackedFile> ofShards =
          shards.stream()
              .flatMap(shard -> shard.files().stream())
              .filter(file -> file.format() == format.format())
              .filter(file -> !WalkPlan.shared(format, file));
      long bytes =
          Stream.concat(ofShards, format.wholeFiles().stream()).mapToLong(PackedFile::bytes).sum();
      manifest.check("bytes of " + format.format().label(), format.bytes(), bytes);
    }
  }
}
