package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedSplit;
import io.gradus.common.table.PlacementTable;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.Shard;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the shards back. The order's narrow rows, joined with the hash of each document's tokens,
 * go to the shards that they lie in; one task reads a shard in all formats and compares. What
 * crosses a border between shards is put together here, from a few numbers of each shard.
 */
public final class VerifyJob {
  private final long stretchRows;

  /** A job for tables of any size. */
  public VerifyJob() {
    this(1_000_000);
  }

  /** A job that compares the scores of so many rows in one stretch; findings are the same. */
  VerifyJob(long stretchRows) {
    this.stretchRows = stretchRows;
  }

  /** Reads everything, whatever is found on the way; ask the result whether it passed. */
  public VerifyResult run(
      JobContext context,
      Finished<DocumentsTable> documents,
      Finished<SelectionTable> selection,
      Finished<OrderTable> order,
      Finished<PackedShards> shards,
      StageDirectory output) {
    Findings findings = new Findings(Findings.MOST);
    VerifyResult result;
    try {
      result = verify(context, documents, selection, order, shards, findings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output.writeText(VerifyResult.FILE, Json.write(result));
    return result;
  }

  private VerifyResult verify(
      JobContext context,
      Finished<DocumentsTable> documents,
      Finished<SelectionTable> selection,
      Finished<OrderTable> order,
      Finished<PackedShards> packed,
      Findings findings)
      throws IOException {
    Totals totals = new Totals();
    Dataset<Row> rows = context.session().read().parquet(order.directory().table().toString());
    Dataset<Row> selected =
        context.session().read().parquet(selection.directory().table().toString());
    List<ShardGroup> groups = new ArrayList<>();
    for (PackedSplit split : packed.table().splits()) {
      groups.addAll(ShardGroup.of(split));
    }
    Map<ShardGroup, List<Shard>> lists = new LinkedHashMap<>();
    for (ShardGroup group : groups) {
      Optional<List<Shard>> list = group.shards(packed.directory(), findings);
      if (list.isEmpty()
          || !Manifests.check(order.table(), packed.table(), group, list.get(), findings)) {
        return VerifyResult.of(0, 0, 0, List.of(), findings.summary());
      }
      lists.put(group, list.get());
    }
    StrayFiles.check(packed, lists.values(), findings);
    new Numbers(Check.ORDER, "order", "", findings)
        .check("rows", rows.count(), order.table().rows());
    SelectionCoverage.check(selected, rows, order.table().rows(), findings);
    ScoreOrder.check(rows, order.table(), stretchRows, findings);
    boolean walkedInOrder = false;
    for (Map.Entry<ShardGroup, List<Shard>> entry : lists.entrySet()) {
      ShardGroup group = entry.getKey();
      totals.bytes += checkWholeFiles(context, packed, group, entry.getValue(), findings);
      if (group.isText()) {
        for (ShardCheck check : TextWalk.run(context, rows, packed, group, entry.getValue())) {
          findings.add(check.findings());
          totals.bytes += check.bytes();
        }
        continue;
      }
      WalkPlan plan =
          group.plan(packed.table(), documents.table().vocabularySize(), order.table().shape());
      List<ShardCheck> checks =
          walk(
              context,
              documents,
              pieces(context, rows, packed, plan),
              packed,
              plan,
              entry.getValue(),
              findings);
      long padding = 0;
      for (ShardCheck check : checks) {
        findings.add(check.findings());
        padding += check.paddingTokens();
        totals.bytes += check.bytes();
      }
      group.checkPadding(padding, findings);
      if (group.split().folder().isEmpty()) {
        totals.documents = checks.stream().mapToLong(ShardCheck::documents).sum();
      }
      if (plan.contiguous() && group.split().folder().isEmpty() && !walkedInOrder) {
        walkedInOrder = true;
        Borders borders = new Borders(order.table(), entry.getValue().size(), findings);
        checks.forEach(borders::add);
        borders.end();
      }
    }
    if (!walkedInOrder) {
      OrderContinuity.check(rows, order.table(), stretchRows, findings);
    }
    PlacementCoverage.check(context.session(), rows, packed, findings);
    PlacementCoverage.checkValidation(context.session(), selection, packed, findings);
    return VerifyResult.of(
        totals.documents,
        packed.table().train().documentTokens(),
        totals.bytes,
        digestedInParts(packed.table()),
        findings.summary());
  }

  /** What is summed up over all shards. */
  private static final class Totals {
    private long documents;
    private long bytes;
  }

  /** Files that all shards are joined to, see {@link Check#CHECKSUMS}. */
  private static List<String> digestedInParts(PackedShards table) {
    return table.splits().stream()
        .flatMap(split -> split.formats().stream())
        .flatMap(format -> format.wholeFiles().stream())
        .map(PackedFile::path)
        .filter(WholeFileCheck::isJoined)
        .toList();
  }

  /** Checks the files that belong to no single shard; returns the bytes read. */
  private static long checkWholeFiles(
      JobContext context,
      Finished<PackedShards> packed,
      ShardGroup group,
      List<Shard> shards,
      Findings findings)
      throws IOException {
    long bytes = 0;
    for (PackedFormat format : group.formats()) {
      List<PackedFile> whole = new ArrayList<>();
      for (PackedFile file : format.wholeFiles()) {
        findings.checked(Check.FILES, 1);
        if (hasLength(packed.directory(), file, findings)) {
          whole.add(file);
        }
      }
      for (PackedFile file : whole) {
        bytes += checkWholeFile(context, packed, group, format, file, shards, findings);
      }
    }
    return bytes;
  }

  private static long checkWholeFile(
      JobContext context,
      Finished<PackedShards> packed,
      ShardGroup group,
      PackedFormat format,
      PackedFile file,
      List<Shard> shards,
      Findings findings) {
    switch (format.format()) {
      case MDS, MDS_ZSTD -> {
        findings.checked(Check.STRUCTURE, 1);
        findings.checked(Check.CHECKSUMS, 1);
        MdsIndex.check(packed, group.split(), format, file, shards, findings);
      }
      case LITDATA -> {
        findings.checked(Check.STRUCTURE, 1);
        findings.checked(Check.CHECKSUMS, 1);
        LitDataIndex.check(packed, group.split(), format, file, shards, findings);
      }
      default -> {
        WholeFileCheck check =
            new WholeFileCheck(
                packed.directory().path().toString(),
                format.layout().total(),
                group.split().stream().sequenceLength(),
                packed.table().endOfText(),
                format,
                file,
                new SerializableConfiguration(context.hadoop()));
        Dataset<String> summary = context.session().range(0, 1, 1, 1).map(check, Encoders.STRING());
        findings.add(Json.read(summary.first(), Findings.Summary.class));
        return 0;
      }
    }
    return file.bytes();
  }

  private static boolean hasLength(StageDirectory directory, PackedFile file, Findings findings)
      throws IOException {
    try {
      long length = directory.fileSystem().getFileStatus(directory.file(file.path())).getLen();
      if (length == file.bytes()) {
        return true;
      }
      findings.breach(
          Check.FILES,
          file.path(),
          "",
          String.format("is %,d bytes long instead of %,d", length, file.bytes()));
    } catch (FileNotFoundException e) {
      findings.breach(Check.FILES, file.path(), "", "is missing");
    }
    return false;
  }

  /** Rows that know where their document's tokens begin: of the order, or of the placement. */
  private static Dataset<Row> pieces(
      JobContext context, Dataset<Row> order, Finished<PackedShards> packed, WalkPlan plan) {
    if (!plan.placed()) {
      return order.select(
          DocumentsTable.DOC_ID,
          DocumentsTable.N_TOKENS,
          OrderTable.POSITION,
          OrderTable.TOKEN_OFFSET,
          OrderTable.QUANTILE);
    }
    return context
        .session()
        .read()
        .parquet(packed.directory().file(plan.split().placement()).toString())
        .select(
            col(DocumentsTable.DOC_ID),
            col(DocumentsTable.N_TOKENS),
            col(OrderTable.POSITION),
            coalesce(col(OrderTable.QUANTILE), lit(0.0)).as(OrderTable.QUANTILE),
            col(PlacementTable.FIRST_TOKEN),
            col(PlacementTable.PART_TOKENS),
            col(PlacementTable.STREAM_START));
  }

  private static List<ShardCheck> walk(
      JobContext context,
      Finished<DocumentsTable> documents,
      Dataset<Row> rows,
      Finished<PackedShards> packed,
      WalkPlan plan,
      List<Shard> shards,
      Findings findings) {
    StreamCut cut = plan.cut();
    boolean placed = plan.placed();
    Dataset<Row> hashes =
        context
            .session()
            .read()
            .parquet(documents.directory().table().toString())
            .select(
                col(DocumentsTable.DOC_ID),
                col(DocumentsTable.N_TOKENS).as(ExpectedPiece.DOCUMENT_TOKENS),
                col(DocumentsTable.TOKEN_HASH));
    Broadcast<List<Shard>> list =
        JavaSparkContext.fromSparkContext(context.session().sparkContext()).broadcast(shards);
    LongAccumulator done = context.session().sparkContext().longAccumulator();
    long most = Math.max(plan.split().documents(), documents.table().rows());
    Dataset<Row> pieces =
        Dealing.deal(rows, most, DocumentsTable.DOC_ID)
            .join(Dealing.deal(hashes, most, DocumentsTable.DOC_ID), DocumentsTable.DOC_ID, "left")
            .flatMap(
                (FlatMapFunction<Row, Row>)
                    row -> (placed ? cut.ofPlacement(row) : cut.ofOrder(row)).iterator(),
                Encoders.row(ExpectedPiece.SCHEMA))
            .union(context.session().createDataFrame(cut.shardsOfPadding(), ExpectedPiece.SCHEMA));
    Dataset<String> told =
        pieces
            .repartitionById(cut.layout().shards(), col(ExpectedPiece.SHARD))
            .sortWithinPartitions(
                col(ExpectedPiece.SHARD), col(ExpectedPiece.FROM), col(OrderTable.POSITION))
            .mapPartitions(
                new ShardWalkTask(
                    packed.directory().path().toString(),
                    plan,
                    list,
                    new SerializableConfiguration(context.hadoop()),
                    done),
                Encoders.row(DocumentPart.SCHEMA))
            .repartition(col(DocumentPart.FORMAT), col(DocumentPart.POSITION))
            .sortWithinPartitions(
                DocumentPart.FORMAT, DocumentPart.POSITION, DocumentPart.FIRST_TOKEN)
            .mapPartitions(new DocumentPartsTask(), Encoders.STRING());
    long tokens = plan.split().documentTokens();
    Console.Progress progress = context.console().progress("verify", tokens, done, done);
    List<ShardCheck> checks = new ArrayList<>();
    try {
      // One small text for each shard, and one for each task.
      for (String json : told.collectAsList()) {
        DocumentPartsTask.Told one = Json.read(json, DocumentPartsTask.Told.class);
        if (one.shard() != null) {
          checks.add(one.shard());
        } else {
          findings.add(one.documents());
        }
      }
    } finally {
      progress.close();
      list.destroy();
    }
    checks.sort(Comparator.comparingInt(ShardCheck::shard));
    return checks;
  }
}
