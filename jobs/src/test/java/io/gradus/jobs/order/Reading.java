package io.gradus.jobs.order;

import io.gradus.common.workspace.Fingerprint;
import io.gradus.jobs.order.OrderConfig.Within;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Puts documents in order as the job does, in memory and without Spark. */
final class Reading {
  private Reading() {}

  /** A document, and where it lies in the order. */
  record Doc(String name, String source, int topic, int repeat, int tokens, double score) {
    static Doc of(String name, String source, int tokens, double score) {
      return new Doc(name, source, RankedDocument.NO_TOPIC, 0, tokens, score);
    }

    long idHigh() {
      return digest().getLong();
    }

    long idLow() {
      return digest().position(Long.BYTES).getLong();
    }

    private ByteBuffer digest() {
      return ByteBuffer.wrap(Fingerprint.newSha256().digest(name.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** A document in the order, with its first quantile. */
  record Placed(Doc doc, double quantile, double place) {}

  static List<Doc> order(Shape shape, Within within, List<Doc> docs) {
    return place(shape, within, docs, 42).stream().map(Placed::doc).toList();
  }

  /** All documents in their order, and what is known of the run. */
  record Read(List<Placed> placed, RunFacts run) {}

  static List<Placed> place(Shape shape, Within within, List<Doc> docs, long seed) {
    return read(shape, within, docs, seed).placed();
  }

  static Read read(Shape shape, Within within, List<Doc> docs, long seed) {
    List<String> sources = List.copyOf(new TreeSet<>(docs.stream().map(Doc::source).toList()));
    int topics = docs.stream().mapToInt(Doc::topic).max().orElse(-1) + 1;
    shape.check(sources, topics);
    Curriculum curriculum = new Curriculum(new OrderConfig(shape, within), seed, sources, topics);
    Rows rows = new Rows(docs.size(), 0);
    for (int i = 0; i < docs.size(); i++) {
      Doc doc = docs.get(i);
      rows.docIdHigh[i] = doc.idHigh();
      rows.docIdLow[i] = doc.idLow();
      rows.source[i] = sources.indexOf(doc.source());
      rows.topic[i] = doc.topic();
      rows.repeat[i] = doc.repeat();
      rows.tokens[i] = doc.tokens();
      rows.score[i] = doc.score();
    }
    curriculum.begin(rows);
    List<Doc> sorted = new ArrayList<>(docs);
    for (int step = 1; step < curriculum.steps(); step++) {
      int[] order = RowSort.order(rows, curriculum.chance());
      sorted = reordered(sorted, order);
      rows = Rows.decode(new ArrayList<>(List.of(rows.encode(order, 0, rows.size))));
      CellSums.Running running = new CellSums.Running();
      long[] tokensBefore = new long[rows.size];
      long[] rowsBefore = new long[rows.size];
      running.add(rows, tokensBefore, rowsBefore);
      curriculum = curriculum.after(CellSums.tokens(List.of(running.sums())));
      rows = curriculum.next(rows, tokensBefore, rowsBefore);
    }
    List<Placed> placed = new ArrayList<>();
    for (int row : RowSort.order(rows, curriculum.chance())) {
      placed.add(new Placed(sorted.get(row), rows.quantile[0][row], rows.key[row]));
    }
    return new Read(placed, curriculum.run());
  }

  private static List<Doc> reordered(List<Doc> docs, int[] order) {
    List<Doc> reordered = new ArrayList<>();
    for (int number : order) {
      reordered.add(docs.get(number));
    }
    return reordered;
  }
}
