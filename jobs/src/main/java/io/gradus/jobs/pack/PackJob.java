package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes the curriculum, and the validation split where there is one, as shards. Narrow rows say
 * where each document goes; they go to the bucket of their document and are joined with its file
 * where it lies; the pieces are shuffled once, to the shards that they belong to, one for each
 * layout; one task writes a shard in all formats of its layout. Shards that an interrupted run
 * finished are kept.
 */
public final class PackJob {
  /** File names count shards with five digits, and readers sort by name. */
  private static final int MOST_SHARDS = 100_000;

  /** Packs an order whose selection has no validation split. */
  public PackResult run(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      StageDirectory output) {
    return run(context, config, documents, order, Optional.empty(), output);
  }

  public PackResult run(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      Finished<SelectionTable> selection,
      StageDirectory output) {
    return run(context, config, documents, order, Optional.of(selection.directory()), output);
  }

  private static PackResult run(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      Optional<StageDirectory> selection,
      StageDirectory output) {
    try {
      PackFolder folder = new PackFolder(output.path(), context.hadoop());
      Optional<PackResult> finished = folder.result();
      if (finished.isPresent()) {
        folder.removeWork();
        return finished.get();
      }
      checkShards(config, order.table());
      checkDocuments(context, config, documents);
      folder.prepare();
      List<Split> splits =
          new Placements(context, config, documents.table(), output, folder)
              .splits(order, selection);
      return pack(context, config, documents, splits, output, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Finds out ahead whether there would be too many shards, as far as the order alone tells. */
  private static void checkShards(PackConfig config, OrderTable order) {
    long tokens = order.tokens() + order.rows();
    if (tokens / config.shardTokens() >= MOST_SHARDS) {
      throw new UserMistake(
          String.format(
              "pack.shard-tokens: %d makes more than %,d shards of %,d tokens; give at least %d.",
              config.shardTokens(), MOST_SHARDS, tokens, tokens / MOST_SHARDS + 1));
    }
  }

  private static void checkDocuments(
      JobContext context, PackConfig config, Finished<DocumentsTable> documents) {
    if (config.beginOfText() >= documents.table().vocabularySize()) {
      throw new UserMistake(
          String.format(
              "pack.begin-of-text: %d is no token of '%s', whose ids end at %d; give the id of its"
                  + " beginning token.",
              config.beginOfText(),
              documents.table().tokenizer(),
              documents.table().vocabularySize() - 1));
    }
    boolean needsText =
        config.formats().stream()
            .anyMatch(format -> FormatWriter.content(format) == ShardGroup.Content.TEXT);
    if (needsText
        && !context
            .session()
            .read()
            .parquet(documents.directory().table().toString())
            .where(col(DocumentsTable.TEXT).isNull())
            .limit(1)
            .isEmpty()) {
      throw new UserMistake(
          "pack.formats: jsonl is text, and these documents were ingested as tokens. Leave jsonl"
              + " out of pack.formats.");
    }
  }

  private static PackResult pack(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      List<Split> splits,
      StageDirectory output,
      PackFolder folder)
      throws IOException {
    List<ShardGroup> groups = new ArrayList<>();
    for (Split split : splits) {
      int firstUnit = groups.isEmpty() ? 0 : groups.get(groups.size() - 1).endUnit();
      groups.addAll(split.groups(config, documents.table(), firstUnit));
    }
    PackedStream stream = splits.get(0).stream(config);
    say(context, config, stream);
    checkShards(groups);

    folder.prepare(groups);
    Map<ShardGroup, Map<Integer, Shard>> kept = finishedShards(folder, groups, Map.of());
    writeShards(context, config, documents, splits, groups, output, kept);
    Map<ShardGroup, Map<Integer, Shard>> shards = finishedShards(folder, groups, kept);
    checkShards(splits, groups, shards, config.marks(documents.table().endOfText()));

    List<PackedSplit> packed =
        finish(context, config, documents.table(), splits, shards, output, folder);
    PackedSplit train = packed.get(0);
    PackResult result =
        new PackResult(
            new PackedShards(
                config.packing(),
                config.windowTokens(),
                documents.table().endOfText(),
                config.beginOfText(),
                config.boundaries(),
                config.globalBatch(),
                packed),
            train.documents(),
            splits.get(0).placed().textTokens(),
            train.sequences(),
            train.paddingTokens(),
            train.formats().stream().mapToInt(format -> format.layout().shards()).max().orElse(0),
            config.shardTokens(),
            groups.stream()
                .filter(group -> group.split() == 0)
                .flatMap(group -> group.formats().stream())
                .map(FormatWriter::readerSettings)
                .sorted((left, right) -> left.format().compareTo(right.format()))
                .toList());
    folder.finish(result);
    return result;
  }

  private static void say(JobContext context, PackConfig config, PackedStream stream) {
    if (stream.shardTokens() != config.shardTokens()) {
      context
          .console()
          .line(
              String.format(
                  "  pack      shards hold %,d tokens: pack.shard-tokens, %,d, is no multiple of"
                      + " pack.sequence-length, %,d",
                  stream.shardTokens(), config.shardTokens(), config.sequenceLength()));
    }
  }

  /** Finds out whether a layout makes too many shards. */
  private static void checkShards(List<ShardGroup> groups) {
    for (ShardGroup group : groups) {
      if (group.layout().shards() > MOST_SHARDS) {
        throw new UserMistake(
            String.format(
                "pack.layouts: %s makes %,d shards, and file names count %,d; give larger"
                    + " pack.shard-tokens or fewer ranks and workers.",
                group.formats().get(0).format().label(), group.layout().shards(), MOST_SHARDS));
      }
    }
  }

  private static Map<ShardGroup, Map<Integer, Shard>> finishedShards(
      PackFolder folder, List<ShardGroup> groups, Map<ShardGroup, Map<Integer, Shard>> known)
      throws IOException {
    Map<ShardGroup, Map<Integer, Shard>> finished = new LinkedHashMap<>();
    for (ShardGroup group : groups) {
      finished.put(group, folder.finishedShards(group, known.getOrDefault(group, Map.of())));
    }
    return finished;
  }

  private static void writeShards(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      List<Split> splits,
      List<ShardGroup> groups,
      StageDirectory output,
      Map<ShardGroup, Map<Integer, Shard>> kept)
      throws IOException {
    BitSet finished = new BitSet();
    long missing = 0;
    long longest = 0;
    for (ShardGroup group : groups) {
      long missingOfGroup = 0;
      for (int shard = 0; shard < group.layout().shards(); shard++) {
        if (kept.get(group).containsKey(shard)) {
          finished.set(group.firstUnit() + shard);
        } else {
          missingOfGroup += group.tokens(shard);
        }
      }
      missing += missingOfGroup;
      longest = Math.max(longest, missingOfGroup);
    }
    if (missing == 0) {
      return;
    }
    int units = groups.get(groups.size() - 1).endUnit();
    DocumentMarks marks = config.marks(documents.table().endOfText());
    LongAccumulator done = context.session().sparkContext().longAccumulator();
    LongAccumulator written = context.session().sparkContext().longAccumulator();
    SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
    Map<Integer, String> bucketFiles = new TreeMap<>();
    DocumentsTable.bucketFiles(documents.directory().fileSystem(), documents.directory().table())
        .forEach((bucket, file) -> bucketFiles.put(bucket, file.toString()));

    Dataset<Row> pieces =
        inBuckets(splits, groups, documents.table().buckets(), finished, marks)
            .mapPartitions(
                new PieceJoin(
                    bucketFiles, documents.table(), marks, groups, finished, hadoop, done),
                Encoders.row(Piece.SCHEMA))
            .repartitionById(units, col(Piece.UNIT))
            .sortWithinPartitions(col(Piece.OFFSET));
    // A token counts once when it is joined and once whenever it is written.
    Console.Progress progress =
        context.console().progress("pack", missing + longest, done, written);
    try {
      pieces.foreachPartition(
          new ShardTask(
              output.path().toString(),
              groups,
              finished,
              marks,
              documents.table().tokenBytes(),
              hadoop,
              written,
              done));
    } catch (Exception e) {
      throw mistakeIn(e);
    } finally {
      progress.close();
    }
  }

  /** What a task says is the user's mistake is that here too. */
  private static RuntimeException mistakeIn(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserMistake mistake) {
        return mistake;
      }
    }
    return failure instanceof RuntimeException runtime
        ? runtime
        : new IllegalStateException(failure);
  }

  /** The placements' rows that unfinished shards need, by bucket and in each by document id. */
  private static Dataset<Row> inBuckets(
      List<Split> splits,
      List<ShardGroup> groups,
      int buckets,
      BitSet finished,
      DocumentMarks marks) {
    Dataset<Row> all =
        splits.stream()
            .map(split -> split.rows().withColumn(DocumentPart.SPLIT, lit(split.number())))
            .reduce(Dataset::unionByName)
            .orElseThrow()
            .withColumn(
                DocumentPart.BUCKET, DocumentHash.bucket(col(DocumentsTable.DOC_ID), buckets));
    FilterFunction<Row> needed = row -> DocumentPart.of(row).isNeeded(groups, finished, marks);
    return (finished.isEmpty() ? all : all.filter(needed))
        .repartitionById(buckets, col(DocumentPart.BUCKET))
        // Buckets ascend with ids, of which the first 8 bytes decide almost every comparison.
        .sortWithinPartitions(
            col(DocumentsTable.DOC_ID), col(DocumentPart.SPLIT), col(PlacementTable.STREAM_START));
  }

  /** Nothing lost or doubled: every shard is there, and together they hold what they should. */
  private static void checkShards(
      List<Split> splits,
      List<ShardGroup> groups,
      Map<ShardGroup, Map<Integer, Shard>> shards,
      DocumentMarks marks) {
    for (ShardGroup group : groups) {
      Map<Integer, Shard> ofGroup = shards.get(group);
      for (int shard = 0; shard < group.layout().shards(); shard++) {
        if (!ofGroup.containsKey(shard)) {
          throw new IllegalStateException(
              "Shard " + shard + " of " + group.shardList() + " was not written");
        }
      }
      Split split = splits.get(group.split());
      long documents = ofGroup.values().stream().mapToLong(Shard::documents).sum();
      long tokens = ofGroup.values().stream().mapToLong(Shard::tokens).sum();
      if (documents != split.placed().documents() || tokens != split.documentTokens(marks)) {
        throw new IllegalStateException(
            String.format(
                "The shards of %s hold %,d documents and %,d tokens instead of %,d and %,d",
                group.shardList(),
                documents,
                tokens,
                split.placed().documents(),
                split.documentTokens(marks)));
      }
    }
  }

  /** Writes shard lists and the files that belong to no single shard. */
  private static List<PackedSplit> finish(
      JobContext context,
      PackConfig config,
      DocumentsTable documents,
      List<Split> splits,
      Map<ShardGroup, Map<Integer, Shard>> shards,
      StageDirectory output,
      PackFolder folder)
      throws IOException {
    Map<ShardGroup, String> lists = new LinkedHashMap<>();
    List<FormatWriter> unfinished = new ArrayList<>();
    for (Map.Entry<ShardGroup, Map<Integer, Shard>> entry : shards.entrySet()) {
      ShardGroup group = entry.getKey();
      lists.put(
          group, folder.writeShards(group.shardList(), withOffsets(entry.getValue().values())));
      for (FormatWriter format : group.formats()) {
        if (folder.finishedFormat(format).isEmpty()) {
          unfinished.add(format);
        }
      }
    }
    if (!unfinished.isEmpty()) {
      int tasks = unfinished.size();
      SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
      context
          .session()
          .range(0, tasks, 1, tasks)
          .foreachPartition(new FinishTask(output.path().toString(), unfinished, hadoop));
    }
    DocumentMarks marks = config.marks(documents.endOfText());
    List<PackedSplit> packed = new ArrayList<>();
    for (Split split : splits) {
      PackedStream stream = split.stream(config);
      List<PackedFormat> formats = new ArrayList<>();
      for (Map.Entry<ShardGroup, String> entry : lists.entrySet()) {
        if (entry.getKey().split() == split.number()) {
          formats.addAll(
              formats(entry.getKey(), entry.getValue(), shards.get(entry.getKey()), folder));
        }
      }
      formats.sort((left, right) -> left.format().compareTo(right.format()));
      packed.add(
          new PackedSplit(
              split.folder(),
              stream,
              split.placed().documents(),
              split.documentTokens(marks),
              stream.sequences() * stream.sequenceLength() - split.documentTokens(marks),
              split.placement(),
              formats));
    }
    return packed;
  }

  /** The shards in order, with the places of those that are stretches of a joined file. */
  private static List<Shard> withOffsets(Collection<Shard> shards) {
    Map<String, Long> ends = new HashMap<>();
    return shards.stream()
        .map(
            shard ->
                shard.withFiles(
                    shard.files().stream()
                        .map(
                            file -> {
                              long end = ends.merge(file.path(), file.bytes(), Long::sum);
                              return file.at(end - file.bytes());
                            })
                        .toList()))
        .toList();
  }

  private static List<PackedFormat> formats(
      ShardGroup group, String shardListSha256, Map<Integer, Shard> shards, PackFolder folder)
      throws IOException {
    List<PackedFormat> formats = new ArrayList<>();
    for (FormatWriter format : group.formats()) {
      List<PackedFile> whole = folder.finishedFormat(format).orElseThrow();
      formats.add(
          new PackedFormat(
              format.format(),
              group.layout(),
              group.layout().paddingSequences(),
              format.tokenBytes(),
              bytes(format, shards, whole),
              group.shardList(),
              shardListSha256,
              whole));
    }
    return formats;
  }

  /** Bytes of all files of a format; shards that were joined to one file count with it. */
  private static long bytes(
      FormatWriter format, Map<Integer, Shard> shards, List<PackedFile> whole) {
    Set<String> joined = whole.stream().map(PackedFile::path).collect(Collectors.toSet());
    return whole.stream().mapToLong(PackedFile::bytes).sum()
        + shards.values().stream()
            .flatMap(shard -> shard.files().stream())
            .filter(file -> file.format() == format.format() && !joined.contains(file.path()))
            .mapToLong(PackedFile::bytes)
            .sum();
  }
}
