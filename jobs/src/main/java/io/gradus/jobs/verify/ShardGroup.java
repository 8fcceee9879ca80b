package io.gradus.jobs.verify;

import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.StageDirectory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The formats of a split that have one layout, and so one list of shards.
 *
 * @param formats at least one
 */
record ShardGroup(PackedSplit split, List<PackedFormat> formats) {

  /** The groups of a split, in the order of its formats. */
  static List<ShardGroup> of(PackedSplit split) {
    Map<String, List<PackedFormat>> byList = new LinkedHashMap<>();
    for (PackedFormat format : split.formats()) {
      byList.computeIfAbsent(format.shardList(), list -> new ArrayList<>()).add(format);
    }
    return byList.values().stream().map(formats -> new ShardGroup(split, formats)).toList();
  }

  String shardList() {
    return formats.get(0).shardList();
  }

  SequenceLayout layout() {
    return formats.get(0).layout();
  }

  /** Whether the shards hold texts, and so neither tokens nor sequences. */
  boolean isText() {
    return formats.get(0).format() == ShardFormat.JSONL;
  }

  WalkPlan plan(PackedShards table, int vocabularySize, String shape) {
    return new WalkPlan(
        table,
        split,
        formats,
        new StreamCut(split.stream(), layout(), table.tokensBesideText()),
        vocabularySize,
        shape);
  }

  /** The shards as they are listed, where the list is the one that was packed. */
  Optional<List<Shard>> shards(StageDirectory directory, Findings findings) {
    findings.checked(Check.FILES, 1);
    findings.checked(Check.CHECKSUMS, 1);
    Optional<String> text = directory.text(shardList());
    if (text.isEmpty()) {
      findings.breach(Check.FILES, shardList(), "", "is missing");
      return Optional.empty();
    }
    String digest = Fingerprint.sha256(text.get().getBytes(StandardCharsets.UTF_8));
    String expected = formats.get(0).shardListSha256();
    if (!digest.equals(expected)) {
      findings.breach(
          Check.CHECKSUMS, shardList(), "", "its SHA-256 is " + digest + " instead of " + expected);
      return Optional.empty();
    }
    return Optional.of(formats.get(0).shards(directory));
  }

  /** Compares the padding that the shards should hold with what the manifest says. */
  void checkPadding(long tokens, Findings findings) {
    long stated =
        split.paddingTokens() + layout().paddingSequences() * split.stream().sequenceLength();
    new Numbers(Check.PADDING, "manifest.json", "", findings)
        .check("padding tokens", stated, tokens);
  }
}
