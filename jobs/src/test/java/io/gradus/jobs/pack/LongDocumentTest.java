package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.spark.SmallHeap;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.OrderTable;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.ShardFormat;
import io.gradus.common.table.TinyCorpus;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.verify.VerifyJob;
import io.gradus.jobs.verify.VerifyResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A document of ten million tokens, 40 MB of them and 40 MB of text, is packed in every format and
 * verified in a heap in which small documents alone just are, and a few megabytes more.
 */
class LongDocumentTest {
  private static final int VOCABULARY = 100_277;
  private static final int LONG_TOKENS = 10_000_000;

  /** In 120 MiB ten million tokens of small documents fail. */
  private static final int SMALL_HEAP_MIB = 140;

  private static final int MARGIN_MIB = 8;

  @TempDir Path folder;

  @Test
  void aDocumentOfTenMillionTokensCostsLessThanItself() throws Exception {
    Path small = write("small", 1_000);
    Path withLong = write("long", 1_000, LONG_TOKENS);

    assertThat(packAndVerify(small, SMALL_HEAP_MIB)).isZero();
    assertThat(packAndVerify(withLong, SMALL_HEAP_MIB + MARGIN_MIB)).isZero();
  }

  private Path write(String name, int small, int... more) {
    Random random = new Random(5);
    List<TinyCorpus.Document> documents = new ArrayList<>();
    for (int i = 0; i < small; i++) {
      documents.add(document(1 + random.nextInt(10_000), i, random));
    }
    for (int length : more) {
      documents.add(documents.size() / 2, document(length, small / 2.0, random));
    }
    TinyCorpus corpus = new TinyCorpus(VOCABULARY, VOCABULARY - 1, documents);
    Path tables = folder.resolve(name);
    Tables.write(
        tables,
        corpus.writeDocuments(tables.resolve("documents"), 2),
        corpus.writeSelection(tables.resolve("selection")),
        corpus.writeOrder(tables.resolve("order"), 2));
    return tables;
  }

  private static TinyCorpus.Document document(int length, double score, Random random) {
    int[] tokens = random.ints(length, 0, VOCABULARY - 1).toArray();
    // Four bytes for each token, some of which JSON escapes and some beyond ASCII.
    return new TinyCorpus.Document("source", tokens, score, score + "a\n\u00e9".repeat(length));
  }

  /** The tables' descriptors, for another JVM. */
  record Tables(DocumentsTable documents, SelectionTable selection, OrderTable order) {
    private static final String FILE = "tables.json";

    static void write(
        Path folder,
        Finished<DocumentsTable> documents,
        Finished<SelectionTable> selection,
        Finished<OrderTable> order) {
      directory(folder)
          .writeText(
              FILE, Json.write(new Tables(documents.table(), selection.table(), order.table())));
    }

    static Tables read(Path folder) {
      return Json.read(directory(folder).text(FILE).orElseThrow(), Tables.class);
    }
  }

  private static StageDirectory directory(Path path) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(path.toUri()), LocalSpark.context().hadoop());
  }

  /** The exit code of a JVM with so much heap. */
  private int packAndVerify(Path tables, int heapMib) throws IOException, InterruptedException {
    Path output = folder.resolve(tables.getFileName() + ".txt");
    return SmallHeap.run(heapMib, output, InOneHeap.class, tables.toString());
  }

  /** What the other JVM does. */
  static final class InOneHeap {
    private InOneHeap() {}

    /** Packs and verifies; any failure ends it with another code than 0. */
    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Tables tables = Tables.read(folder);
      Finished<DocumentsTable> documents =
          new Finished<>(directory(folder.resolve("documents")), tables.documents());
      Finished<SelectionTable> selection =
          new Finished<>(directory(folder.resolve("selection")), tables.selection());
      Finished<OrderTable> order =
          new Finished<>(directory(folder.resolve("order")), tables.order());
      StageDirectory output = directory(folder.resolve("packed"));
      output.clear();
      PackResult packed =
          new PackJob()
              .run(
                  LocalSpark.context(),
                  new PackConfig(List.of(ShardFormat.values()), 2048, 4_000_000),
                  documents,
                  order,
                  output);
      Finished<PackedShards> shards = new Finished<>(output, packed.table());
      VerifyResult verified =
          new VerifyJob()
              .run(
                  LocalSpark.context(),
                  documents,
                  selection,
                  order,
                  shards,
                  directory(folder.resolve("verified")));
      System.exit(verified.passed() ? 0 : 3);
    }
  }
}
