package io.gradus.jobs.verify;

import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SequenceLayout.Sorted;
import java.io.Serializable;
import java.util.List;

/**
 * The formats of a split that have one layout, and so are read side by side.
 *
 * @param formats with the same list of shards
 * @param cut where documents lie in the shards
 * @param vocabularySize one more than the largest token id
 * @param shape the order's shape
 */
record WalkPlan(
    PackedShards table,
    PackedSplit split,
    List<PackedFormat> formats,
    StreamCut cut,
    int vocabularySize,
    String shape)
    implements Serializable {

  /** Whether documents follow each other from shard to shard, so that the walk sees their order. */
  boolean contiguous() {
    return table.packing() == Packing.CONCATENATE && cut.layout() instanceof Sorted;
  }

  /** Whether a table says where documents lie, and not the order. */
  boolean placed() {
    return split.placement() != null && !split.placement().isEmpty();
  }

  String shardList() {
    return formats.get(0).shardList();
  }

  /** Whether a shard's file is only a stretch of one that all shards share. */
  static boolean shared(PackedFormat format, PackedFile file) {
    return format.wholeFiles().stream().anyMatch(whole -> whole.path().equals(file.path()));
  }
}
