package io.gradus.jobs.verify;

import static org.apache.spark.sql.functions.col;

import io.gradus.common.job.Console;
import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedFile;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.PackedShards.PackedFormat;
import io.gradus.common.table.PackedStream;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.Shard;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
    Optional<List<Shard>> listed = shardList(packed, findings);
    if (listed.isEmpty()) {
      return VerifyResult.of(0, 0, 0, List.of(), findings.summary());
    }
    List<Shard> shards = listed.get();
    if (!checkArithmetic(order.table(), packed.table(), shards, findings)) {
      return VerifyResult.of(0, 0, 0, List.of(), findings.summary());
    }
    long bytes = checkWholeFiles(context, packed, shards, findings);
    checkBytes(packed.table(), shards, findings);
    StrayFiles.check(packed, shards, findings);
    Dataset<Row> rows = context.session().read().parquet(order.directory().table().toString());
    new Numbers(Check.ORDER, "order", "", findings)
        .check("rows", rows.count(), order.table().rows());
    SelectionCoverage.check(
        context.session().read().parquet(selection.directory().table().toString()), rows, findings);
    ScoreOrder.check(rows, order.table(), stretchRows, findings);

    List<ShardCheck> checks = walk(context, documents, rows, packed, order.table().shape(), shards);
    Borders borders = new Borders(order.table(), shards.size(), findings);
    long walked = 0;
    for (ShardCheck check : checks) {
      findings.add(check.findings());
      borders.add(check);
      walked += check.documents();
      bytes += check.bytes();
    }
    borders.end();
    return VerifyResult.of(
        walked,
        packed.table().stream().tokens(),
        bytes,
        digestedInParts(packed.table()),
        findings.summary());
  }

  /** Megatron's data file, see {@link Check#CHECKSUMS}. */
  private static List<String> digestedInParts(PackedShards table) {
    return table.formats().stream()
        .filter(format -> format.format() == ShardFormat.MEGATRON)
        .flatMap(format -> format.wholeFiles().stream())
        .map(PackedFile::path)
        .filter(path -> !path.endsWith(MegatronFileCheck.INDEX_SUFFIX))
        .toList();
  }

  private static Optional<List<Shard>> shardList(Finished<PackedShards> packed, Findings findings) {
    findings.checked(Check.FILES, 1);
    findings.checked(Check.CHECKSUMS, 1);
    Optional<String> text = packed.directory().text(PackedShards.SHARD_LIST);
    if (text.isEmpty()) {
      findings.breach(Check.FILES, PackedShards.SHARD_LIST, "", "is missing");
      return Optional.empty();
    }
    String digest = Fingerprint.sha256(text.get().getBytes(StandardCharsets.UTF_8));
    if (!digest.equals(packed.table().shardListSha256())) {
      findings.breach(
          Check.CHECKSUMS,
          PackedShards.SHARD_LIST,
          "",
          "its SHA-256 is " + digest + " instead of " + packed.table().shardListSha256());
      return Optional.empty();
    }
    return Optional.of(PackedShards.shardList(packed.directory()));
  }

  /** Whether the manifest's numbers follow from the order's; nothing else makes sense before. */
  private static boolean checkArithmetic(
      OrderTable order, PackedShards table, List<Shard> shards, Findings findings) {
    PackedStream stream = table.stream();
    long tokens = order.tokens() + order.rows();
    Numbers manifest = new Numbers(Check.STRUCTURE, "manifest.json", "", findings);
    manifest.check("stream tokens", stream.tokens(), tokens);
    manifest.check("shards", table.shards(), stream.shards());
    manifest.check("listed shards", shards.size(), stream.shards());
    manifest.check("sequences", table.sequences(), stream.sequences());
    new Numbers(Check.PADDING, "manifest.json", "", findings)
        .check("padding tokens", table.paddingTokens(), stream.paddingTokens());
    if (!manifest.agree()) {
      return false;
    }
    boolean agree = true;
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      String place = "shard " + i;
      Numbers list = new Numbers(Check.STRUCTURE, PackedShards.SHARD_LIST, place, findings);
      list.check("number", shard.index(), i);
      list.check("first sequence", shard.firstSequence(), stream.firstSequence(i));
      list.check("sequences", shard.sequences(), stream.sequences(i));
      list.check("tokens", shard.tokens(), stream.endToken(i) - stream.firstToken(i));
      for (PackedFormat format : table.formats()) {
        // A stretch of the file that all shards share must begin where the one before it ends.
        long offset =
            format.format() == ShardFormat.MEGATRON
                ? stream.firstToken(i) * format.tokenBytes()
                : 0;
        list.check(
            format.format().label() + " offset", shard.file(format.format()).offset(), offset);
      }
      new Numbers(Check.PADDING, PackedShards.SHARD_LIST, place, findings)
          .check("padding tokens", shard.paddingTokens(), stream.paddingTokens(i));
      agree &= list.agree();
    }
    return agree;
  }

  /** Compares each format's length with those of its files, which are compared with the files. */
  private static void checkBytes(PackedShards table, List<Shard> shards, Findings findings) {
    Numbers manifest = new Numbers(Check.STRUCTURE, "manifest.json", "", findings);
    for (PackedFormat format : table.formats()) {
      Stream<PackedFile> ofShards =
          format.format() == ShardFormat.MEGATRON
              ? Stream.empty() // They are stretches of the whole file.
              : shards.stream().map(shard -> shard.file(format.format()));
      long bytes =
          Stream.concat(ofShards, format.wholeFiles().stream()).mapToLong(PackedFile::bytes).sum();
      manifest.check("bytes of " + format.format().label(), format.bytes(), bytes);
    }
  }

  /** Checks the files that belong to no single shard; returns the bytes read. */
  private static long checkWholeFiles(
      JobContext context, Finished<PackedShards> packed, List<Shard> shards, Findings findings)
      throws IOException {
    long bytes = 0;
    for (PackedFormat format : packed.table().formats()) {
      List<PackedFile> whole = new ArrayList<>();
      for (PackedFile file : format.wholeFiles()) {
        findings.checked(Check.FILES, 1);
        if (hasLength(packed.directory(), file, findings)) {
          whole.add(file);
        }
      }
      for (PackedFile file : whole) {
        if (format.format() == ShardFormat.MDS) {
          findings.checked(Check.STRUCTURE, 1);
          findings.checked(Check.CHECKSUMS, 1);
          MdsIndex.check(packed, format, file, shards, findings);
          bytes += file.bytes();
        } else {
          MegatronFileCheck check =
              new MegatronFileCheck(
                  packed.directory().path().toString(),
                  packed.table(),
                  format,
                  file,
                  new SerializableConfiguration(context.hadoop()));
          Dataset<String> summary =
              context.session().range(0, 1, 1, 1).map(check, Encoders.STRING());
          findings.add(Json.read(summary.first(), Findings.Summary.class));
        }
      }
    }
    return bytes;
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

  private static List<ShardCheck> walk(
      JobContext context,
      Finished<DocumentsTable> documents,
      Dataset<Row> order,
      Finished<PackedShards> packed,
      String shape,
      List<Shard> shards) {
    PackedStream stream = packed.table().stream();
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
    Dataset<String> checks =
        order
            .select(
                DocumentsTable.DOC_ID,
                DocumentsTable.N_TOKENS,
                OrderTable.POSITION,
                OrderTable.TOKEN_OFFSET,
                OrderTable.QUANTILE)
            .join(hashes, DocumentsTable.DOC_ID, "left")
            .flatMap(
                (FlatMapFunction<Row, Row>) row -> ExpectedPiece.rows(row, stream).iterator(),
                Encoders.row(ExpectedPiece.SCHEMA))
            .repartitionById(stream.shards(), col(ExpectedPiece.SHARD))
            .sortWithinPartitions(
                col(ExpectedPiece.SHARD), col(ExpectedPiece.FROM), col(OrderTable.POSITION))
            .mapPartitions(
                new ShardWalkTask(
                    packed.directory().path().toString(),
                    packed.table(),
                    list,
                    shape,
                    new SerializableConfiguration(context.hadoop()),
                    done),
                Encoders.STRING());
    Console.Progress progress = context.console().progress("verify", stream.tokens(), done, done);
    try {
      // One small text for each shard.
      return checks.collectAsList().stream()
          .map(json -> Json.read(json, ShardCheck.class))
          .sorted(Comparator.comparingInt(ShardCheck::shard))
          .toList();
    } finally {
      progress.close();
      list.destroy();
    }
  }
}
