package io.gradus.jobs.pack;

import io.gradus.common.table.PackedStream;
import io.gradus.common.table.SequenceLayout;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The shards of one split in one layout, for all formats that have it: each shard is written once,
 * in all of them. A unit is a shard counted over all groups, and the work of one task.
 *
 * @param firstUnit the unit of its first shard
 * @param split the number of its split
 * @param shardList the file that lists the shards, which also names the group
 * @param stream the stream of tokens; for text, the concatenated one whatever the packing
 * @param gaps whether a sequence may end with padding
 * @param content what pieces hold
 * @param globalBatch sequences of one optimizer step
 * @param formats that have the layout
 */
record ShardGroup(
    int firstUnit,
    int split,
    String shardList,
    PackedStream stream,
    boolean gaps,
    Content content,
    SequenceLayout layout,
    long globalBatch,
    List<FormatWriter> formats)
    implements Serializable {

  /** What a format writes. */
  enum Content {
    TOKENS,
    TEXT
  }

  ShardGroup {
    // A copy that Java can serialize.
    formats = new ArrayList<>(formats);
  }

  /** The unit after its last. */
  int endUnit() {
    return firstUnit + layout.shards();
  }

  /** Stream tokens, from a multiple of this many on, that lie together. */
  long runTokens() {
    return layout.run() * stream.sequenceLength();
  }

  /** The unit that holds a stream token. */
  int unit(long token) {
    return firstUnit + place(token).shard();
  }

  /** Where a stream token lies in its shard, in tokens. */
  long offset(long token) {
    return place(token).row() * stream.sequenceLength() + token % stream.sequenceLength();
  }

  private SequenceLayout.Place place(long token) {
    return layout.place(token / stream.sequenceLength());
  }

  /** The stream token at a place in a shard; past the stream's end it is padding. */
  long token(int shard, long offset) {
    int length = stream.sequenceLength();
    return layout.sequence(shard, offset / length) * length + offset % length;
  }

  /** The tokens of a shard, padding counted. */
  long tokens(int shard) {
    return layout.rows(shard) * stream.sequenceLength();
  }

  /** The group that a unit belongs to. */
  static ShardGroup of(int unit, List<ShardGroup> groups) {
    return groups.stream().filter(group -> unit < group.endUnit()).findFirst().orElseThrow();
  }
}
