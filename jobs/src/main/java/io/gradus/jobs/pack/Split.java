package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.ShardFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The curriculum or the validation split on its way to shards.
 *
 * @param number 0 for the curriculum, 1 for the validation split
 * @param folder what its paths begin with
 * @param placement the folder of the placement table, or nothing where it is not stored
 * @param rows of the placement
 */
record Split(int number, String folder, String placement, Dataset<Row> rows, PlacedStream placed) {

  PackedStream stream(PackConfig config) {
    return PackedStream.of(
        placed.streamTokens(), Math.toIntExact(config.sequenceLength()), config.shardTokens());
  }

  /** The tokens of its documents with what is added to each. */
  long documentTokens(DocumentMarks marks) {
    return placed.textTokens() + placed.documents() * marks.tokens();
  }

  /**
   * The groups of shards that the formats make: those with equal layouts share one.
   *
   * @param firstUnit the unit of the first group's first shard
   */
  List<ShardGroup> groups(PackConfig config, DocumentsTable documents, int firstUnit) {
    DocumentMarks marks = config.marks(documents.endOfText());
    PackedStream tokens = stream(config);
    PackedStream text =
        PackedStream.of(documentTokens(marks), tokens.sequenceLength(), config.shardTokens());
    Map<String, Members> byList = new TreeMap<>();
    for (ShardFormat format : config.formats()) {
      ShardGroup.Content content = FormatWriter.content(format);
      PackedStream stream = content == ShardGroup.Content.TEXT ? text : tokens;
      SequenceLayout layout =
          config
              .layout(format)
              .layout(format, stream.sequences(), stream.shardTokens() / stream.sequenceLength());
      boolean own =
          content == ShardGroup.Content.TEXT || !(layout instanceof SequenceLayout.Sorted);
      String list = folder + (own ? "shards-" + format.label() : "shards") + ".jsonl";
      byList
          .computeIfAbsent(list, key -> new Members(content, stream, layout, new ArrayList<>()))
          .formats
          .add(
              FormatWriter.of(
                  format,
                  new FormatInputs(
                      folder,
                      layout,
                      stream.sequenceLength(),
                      documents,
                      config.boundaries(),
                      list)));
    }
    List<ShardGroup> groups = new ArrayList<>();
    int unit = firstUnit;
    for (Map.Entry<String, Members> entry : byList.entrySet()) {
      Members members = entry.getValue();
      ShardGroup group =
          new ShardGroup(
              unit,
              number,
              entry.getKey(),
              members.stream,
              config.packing() == Packing.BEST_FIT,
              members.content,
              members.layout,
              config.globalBatch(),
              members.formats);
      groups.add(group);
      unit = group.endUnit();
    }
    return groups;
  }

  /** The formats of one group while they are gathered. */
  private record Members(
      ShardGroup.Content content,
      PackedStream stream,
      SequenceLayout layout,
      List<FormatWriter> formats) {}
}
