package io.gradus.jobs.pack;

import io.gradus.common.table.PackedShards;
import java.util.List;

/**
 * What the stage did.
 *
 * @param table what readers of the shards need; each shard's own numbers are in the shard lists
 * @param documents documents of the curriculum that were packed, each repeat counted
 * @param tokens their tokens, without end-of-text and padding
 * @param sequences training sequences of the curriculum
 * @param paddingTokens padding in them
 * @param shards shards of the curriculum, in the format with the most
 * @param wishedShardTokens the configured shard length, which {@code table} may have rounded up
 * @param readers for each format, the settings under which its reader keeps the order
 */
public record PackResult(
    PackedShards table,
    long documents,
    long tokens,
    long sequences,
    long paddingTokens,
    int shards,
    long wishedShardTokens,
    List<ReaderSettings> readers) {}
