package io.gradus.common.table;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.workspace.Fingerprint;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.StageDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Small documents and order tables, with the columns and files that the real stages write. */
public final class TinyCorpus {
  private static final StructType DOCUMENTS =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(DocumentsTable.EXTERNAL_ID, DataTypes.StringType)
          .add(DocumentsTable.TEXT, DataTypes.StringType)
          .add(DocumentsTable.N_BYTES, DataTypes.IntegerType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType)
          .add(DocumentsTable.TOKENS, DataTypes.BinaryType)
          .add(DocumentsTable.TOKEN_HASH, DataTypes.LongType)
          .add(DocumentsTable.META, DataTypes.StringType)
          .add("bucket", DataTypes.IntegerType);
  private static final StructType ORDER =
      new StructType()
          .add(DocumentsTable.DOC_ID, DataTypes.BinaryType)
          .add(DocumentsTable.SOURCE, DataTypes.StringType)
          .add(SelectionTable.REPEAT, DataTypes.IntegerType)
          .add(DocumentsTable.N_TOKENS, DataTypes.IntegerType)
          .add(OrderTable.POSITION, DataTypes.LongType)
          .add(OrderTable.TOKEN_OFFSET, DataTypes.LongType)
          .add(OrderTable.QUANTILE, DataTypes.DoubleType)
          .add(SelectionTable.SCORE, DataTypes.DoubleType);

  private final int vocabularySize;
  private final int endOfText;
  private final List<Document> documents;

  /**
   * A corpus.
   *
   * @param endOfText the id of the token that ends a document
   * @param documents in curriculum order; a document that is there twice is repeated
   */
  public TinyCorpus(int vocabularySize, int endOfText, List<Document> documents) {
    this.vocabularySize = vocabularySize;
    this.endOfText = endOfText;
    this.documents = List.copyOf(documents);
  }

  /**
   * Documents of 1 to 400 random tokens, one of a single token and one of 3,000, worst first.
   *
   * @param count how many, at least 3
   */
  public static TinyCorpus random(int count, int vocabularySize, long seed) {
    Random random = new Random(seed);
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = i == 1 ? 1 : i == count / 2 ? 3000 : 1 + random.nextInt(400);
      int[] tokens = random.ints(length, 0, vocabularySize - 1).toArray();
      documents.add(new Document("source-" + i % 3, tokens, random.nextGaussian()));
    }
    documents.sort(Comparator.comparingDouble(Document::score));
    return new TinyCorpus(vocabularySize, vocabularySize - 1, documents);
  }

  /** A document whose id follows from its text, or from its tokens where it has none. */
  public static final class Document {
    private final String source;
    private final int[] tokens;
    private final double score;
    private final String text;

    /** A document without text. */
    public Document(String source, int[] tokens, double score) {
      this(source, tokens, score, null);
    }

    public Document(String source, int[] tokens, double score, String text) {
      this.source = source;
      this.tokens = tokens.clone();
      this.score = score;
      this.text = text;
    }

    /** May be null. */
    public String text() {
      return text;
    }

    public double score() {
      return score;
    }

    public int length() {
      return tokens.length;
    }

    public byte[] docId() {
      return Arrays.copyOf(Fingerprint.newSha256().digest(content()), DocumentsTable.DOC_ID_BYTES);
    }

    private byte[] content() {
      return text == null ? TokenBytes.encode(tokens, 4) : text.getBytes(StandardCharsets.UTF_8);
    }

    private Document withText() {
      String hex = HexFormat.of().formatHex(docId());
      return new Document(source, tokens, score, "caf\u00e9 \"" + hex + "\"\n");
    }
  }

  /** The same tokens, each document with a text of its own. */
  public TinyCorpus withTexts() {
    return new TinyCorpus(
        vocabularySize, endOfText, documents.stream().map(Document::withText).toList());
  }

  public List<Document> documents() {
    return documents;
  }

  public int vocabularySize() {
    return vocabularySize;
  }

  public int endOfText() {
    return endOfText;
  }

  public int tokenBytes() {
    return TokenBytes.width(vocabularySize);
  }

  /** All tokens in order, end-of-text after each document, without padding. */
  public int[] stream() {
    int[] stream = new int[Math.toIntExact(tokens()) + documents.size()];
    int end = 0;
    for (Document document : documents) {
      System.arraycopy(document.tokens, 0, stream, end, document.tokens.length);
      end += document.tokens.length;
      stream[end++] = endOfText;
    }
    return stream;
  }

  /** The stream, padded with end-of-text to whole sequences. */
  public int[] paddedStream(int sequenceLength) {
    int[] stream = stream();
    int whole = (stream.length + sequenceLength - 1) / sequenceLength * sequenceLength;
    int[] padded = Arrays.copyOf(stream, whole);
    Arrays.fill(padded, stream.length, whole, endOfText);
    return padded;
  }

  private long tokens() {
    return documents.stream().mapToLong(Document::length).sum();
  }

  /** Writes the documents table below a folder; those with a text have other fields, too. */
  public Finished<DocumentsTable> writeDocuments(Path folder, int buckets) {
    StageDirectory directory = directory(folder);
    List<Row> rows = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (Document document : documents) {
      byte[] id = document.docId();
      if (ids.contains(Arrays.toString(id))) {
        continue;
      }
      ids.add(Arrays.toString(id));
      byte[] tokens = TokenBytes.encode(document.tokens, tokenBytes());
      rows.add(
          RowFactory.create(
              id,
              document.source,
              document.text == null ? null : "external-" + ids.size(),
              document.text,
              document.content().length,
              document.length(),
              tokens,
              TokenHash.of(tokens, tokenBytes()),
              document.text == null ? null : "{\"length\":" + document.length() + "}",
              DocumentsTable.bucket(id, buckets)));
    }
    Collections.shuffle(rows, new Random(1));
    SparkTables.write(
        LocalSpark.session()
            .createDataFrame(rows, DOCUMENTS)
            .repartitionById(buckets, functions.col("bucket"))
            .sortWithinPartitions(DocumentsTable.DOC_ID)
            .drop("bucket"),
        directory.table());
    long tokens = rows.stream().mapToLong(row -> row.<Integer>getAs(5)).sum();
    long bytes = rows.stream().mapToLong(row -> row.<Integer>getAs(4)).sum();
    return new Finished<>(
        directory,
        new DocumentsTable(
            buckets,
            rows.size(),
            tokens,
            bytes,
            "test",
            "",
            vocabularySize,
            endOfText,
            tokenBytes()));
  }

  /** Writes the order table below a folder, in a number of files. */
  public Finished<OrderTable> writeOrder(Path folder, int files) {
    return writeOrder(folder, files, orderRows());
  }

  /** Writes given rows of {@link #orderRows}, changed or not, as an order table. */
  public Finished<OrderTable> writeOrder(Path folder, int files, List<Row> rows) {
    StageDirectory directory = directory(folder);
    Dataset<Row> order =
        LocalSpark.session()
            .createDataFrame(
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
                    .parallelize(rows, files),
                ORDER);
    order.write().parquet(directory.table().toString());
    return new Finished<>(
        directory, new OrderTable(documents.size(), tokens(), "ascending", "overall"));
  }

  /** Writes the selection that the order puts in order. */
  public Finished<SelectionTable> writeSelection(Path folder) {
    return writeSelection(folder, orderRows());
  }

  /** Writes the selection of given rows of {@link #orderRows}, changed or not. */
  public Finished<SelectionTable> writeSelection(Path folder, List<Row> orderRows) {
    StageDirectory directory = directory(folder);
    LocalSpark.session()
        .createDataFrame(orderRows, ORDER)
        .select(
            functions.col(DocumentsTable.DOC_ID),
            functions.col(DocumentsTable.SOURCE),
            functions.col(DocumentsTable.N_TOKENS),
            functions.col(SelectionTable.SCORE),
            functions.col(SelectionTable.SCORE).as(SelectionTable.KEY),
            functions.col(SelectionTable.REPEAT),
            functions.lit(1.0).as(SelectionTable.INCLUSION))
        .write()
        .parquet(directory.table().toString());
    return new Finished<>(directory, new SelectionTable(documents.size(), tokens(), Map.of()));
  }

  /** The order's rows, in the columns of the order table. */
  public List<Row> orderRows() {
    List<Row> rows = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    long offset = 0;
    for (int position = 0; position < documents.size(); position++) {
      Document document = documents.get(position);
      String id = Arrays.toString(document.docId());
      rows.add(
          RowFactory.create(
              document.docId(),
              document.source,
              Collections.frequency(seen, id),
              document.length(),
              (long) position,
              offset,
              (double) offset / tokens(),
              document.score()));
      seen.add(id);
      offset += document.length();
    }
    return rows;
  }

  private static StageDirectory directory(Path folder) {
    return new StageDirectory(
        new org.apache.hadoop.fs.Path(folder.toUri()), LocalSpark.context().hadoop());
  }
}
