package io.gradus.jobs.pack;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Writes the curriculum as shards. Narrow rows of the order go to the bucket of their document and
 * are joined with its file where it lies; the pieces of token bytes are shuffled once, to the shard
 * that they belong to; one task writes a shard in all formats. Shards that an interrupted run
 * finished are kept.
 */
public final class PackJob {
  /** File names count shards with five digits, and readers sort by name. */
  private static final int MOST_SHARDS = 100_000;

  public PackResult run(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      StageDirectory output) {
    try {
      PackFolder folder = new PackFolder(output.path(), context.hadoop());
      Optional<PackResult> finished = folder.result();
      if (finished.isPresent()) {
        folder.removeWork();
        return finished.get();
      }
      return pack(context, config, documents, order, output, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PackResult pack(
      JobContext context,
      PackConfig config,
      Finished<DocumentsTable> documents,
      Finished<OrderTable> order,
      StageDirectory output,
      PackFolder folder)
      throws IOException {
    PackedStream stream = stream(config, order.table());
    if (stream.shardTokens() != config.shardTokens()) {
      context
          .console()
          .line(
              String.format(
                  "  pack      shards hold %,d tokens: pack.shard-tokens, %,d, is no multiple of"
                      + " pack.sequence-length, %,d",
                  stream.shardTokens(), config.shardTokens(), config.sequenceLength()));
    }
    Dataset<Row> rows = context.session().read().parquet(order.directory().table().toString());
    checkTotals(rows, order.table());

    List<FormatWriter> formats =
        config.formats().stream()
            .map(
                format ->
                    FormatWriter.of(
                        format,
                        new FormatInputs(
                            "",
                            new SequenceLayout.Sorted(
                                stream.sequences(), stream.shardTokens() / stream.sequenceLength()),
                            stream.sequenceLength(),
                            documents.table(),
                            false,
                            PackedShards.SHARD_LIST)))
            .toList();
    folder.prepare(config.formats());
    Map<Integer, Shard> kept = folder.finishedShards(Map.of(), config.formats());
    writeShards(context, formats, documents, rows, stream, output, kept.keySet());
    List<Shard> shards =
        kept.size() == stream.shards()
            ? List.copyOf(kept.values())
            : List.copyOf(folder.finishedShards(kept, config.formats()).values());
    for (int shard = 0; shard < stream.shards(); shard++) {
      if (shard >= shards.size() || shards.get(shard).index() != shard) {
        throw new IllegalStateException(
            "The order's token offsets leave shard " + shard + " without tokens");
      }
    }

    String shardList = folder.writeShards(PackedShards.SHARD_LIST, shards);
    List<PackedFormat> packed = finishFormats(context, formats, output, folder, shards);
    PackedShards table =
        new PackedShards(
            stream,
            stream.shards(),
            stream.sequences(),
            stream.paddingTokens(),
            documents.table().endOfText(),
            packed,
            shardList);
    PackResult result =
        new PackResult(
            table,
            order.table().rows(),
            order.table().tokens(),
            config.shardTokens(),
            formats.stream().map(FormatWriter::readerSettings).toList());
    folder.finish(result);
    return result;
  }

  private static PackedStream stream(PackConfig config, OrderTable order) {
    PackedStream stream =
        PackedStream.of(
            order.tokens() + order.rows(),
            Math.toIntExact(config.sequenceLength()),
            config.shardTokens());
    if (stream.tokens() / stream.shardTokens() >= MOST_SHARDS) {
      throw new UserMistake(
          String.format(
              "pack.shard-tokens: %d makes more than %,d shards of %,d tokens; give at least %d.",
              config.shardTokens(),
              MOST_SHARDS,
              stream.tokens(),
              stream.tokens() / MOST_SHARDS + 1));
    }
    return stream;
  }

  private static void checkTotals(Dataset<Row> rows, OrderTable order) {
    Row totals =
        rows.agg(
                count(lit(1)).as("rows"),
                coalesce(sum(DocumentsTable.N_TOKENS), lit(0L)).as("tokens"))
            .first();
    long foundRows = totals.getAs("rows");
    long foundTokens = totals.getAs("tokens");
    if (foundRows != order.rows() || foundTokens != order.tokens()) {
      throw new IllegalStateException(
          String.format(
              "The order holds %,d rows and %,d tokens; its manifest says %,d rows and %,d tokens",
              foundRows, foundTokens, order.rows(), order.tokens()));
    }
  }

  private static void writeShards(
      JobContext context,
      List<FormatWriter> formats,
      Finished<DocumentsTable> documents,
      Dataset<Row> order,
      PackedStream stream,
      StageDirectory output,
      Set<Integer> kept)
      throws IOException {
    BitSet finished = new BitSet();
    long missing = 0;
    for (int shard = 0; shard < stream.shards(); shard++) {
      if (kept.contains(shard)) {
        finished.set(shard);
      } else {
        missing += stream.endToken(shard) - stream.firstToken(shard);
      }
    }
    if (missing == 0) {
      return;
    }
    LongAccumulator done = context.session().sparkContext().longAccumulator();
    LongAccumulator written = context.session().sparkContext().longAccumulator();
    SerializableConfiguration hadoop = new SerializableConfiguration(context.hadoop());
    Map<Integer, String> bucketFiles = new TreeMap<>();
    DocumentsTable.bucketFiles(documents.directory().fileSystem(), documents.directory().table())
        .forEach((bucket, file) -> bucketFiles.put(bucket, file.toString()));

    Dataset<Row> pieces =
        narrow(order, documents.table().buckets(), stream, finished)
            .mapPartitions(
                new PieceJoin(bucketFiles, documents.table(), stream, finished, hadoop, done),
                Encoders.row(Piece.SCHEMA))
            .repartitionById(stream.shards(), col(Piece.SHARD))
            .sortWithinPartitions(col(Piece.SHARD), col(Piece.START));
    // A token counts once when it is joined and once when it is written.
    Console.Progress progress = context.console().progress("pack", 2 * missing, done, written);
    try {
      pieces.foreachPartition(
          new ShardTask(
              output.path().toString(), formats, documents.table(), stream, hadoop, written, done));
    } finally {
      progress.close();
    }
  }

  /** The order's rows that unfinished shards need, by bucket and in each by document id. */
  private static Dataset<Row> narrow(
      Dataset<Row> order, int buckets, PackedStream stream, BitSet finished) {
    UserDefinedFunction needed =
        udf(
            (UDF2<Long, Integer, Boolean>)
                (start, tokens) -> {
                  int last = stream.shardOf(Math.min(start + tokens, stream.tokens() - 1));
                  return finished.nextClearBit(stream.shardOf(start)) <= last;
                },
            DataTypes.BooleanType);
    Column start = col(OrderTable.TOKEN_OFFSET).plus(col(OrderTable.POSITION));
    return order
        .select(
            col(DocumentsTable.DOC_ID),
            col(DocumentsTable.SOURCE),
            col(DocumentsTable.N_TOKENS),
            col(OrderTable.POSITION),
            col(OrderTable.TOKEN_OFFSET),
            col(OrderTable.QUANTILE),
            col(SelectionTable.SCORE),
            DocumentHash.bucket(col(DocumentsTable.DOC_ID), buckets).as(OrderedDocument.BUCKET))
        .filter(needed.apply(start, col(DocumentsTable.N_TOKENS)))
        .repartitionById(buckets, col(OrderedDocument.BUCKET))
        .sortWithinPartitions(
            col(OrderedDocument.BUCKET), col(DocumentsTable.DOC_ID), col(OrderTable.POSITION));
  }

  /** Writes the files that belong to no single shard. */
  private static List<PackedFormat> finishFormats(
      JobContext context,
      List<FormatWriter> formats,
      StageDirectory output,
      PackFolder folder,
      List<Shard> shards)
      throws IOException {
    List<FormatWriter> unfinished = new ArrayList<>();
    for (FormatWriter format : formats) {
      if (folder.finishedFormat(format.format()).isEmpty()) {
        unfinished.add(format);
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
    List<PackedFormat> packed = new ArrayList<>();
    for (FormatWriter format : formats) {
      List<PackedFile> whole = folder.finishedFormat(format.format()).orElseThrow();
      packed.add(
          new PackedFormat(
              format.format(), format.tokenBytes(), bytes(format, shards, whole), whole));
    }
    return packed;
  }

  /** Bytes of all files of a format; shards that were joined to one file count with it. */
  private static long bytes(FormatWriter format, List<Shard> shards, List<PackedFile> whole) {
    Set<String> joined = whole.stream().map(PackedFile::path).collect(Collectors.toSet());
    return whole.stream().mapToLong(PackedFile::bytes).sum()
        + shards.stream()
            .flatMap(shard -> shard.files().stream())
            .filter(file -> file.format() == format.format() && !joined.contains(file.path()))
            .mapToLong(PackedFile::bytes)
            .sum();
  }
}
