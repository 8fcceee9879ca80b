package io.gradus.jobs.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gradus.common.spark.LocalSpark;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.topics.TopicDescriptions.Example;
import io.gradus.jobs.topics.TopicDescriptions.Topic;
import io.gradus.jobs.topics.TopicDescriptions.Totals;
import io.gradus.jobs.topics.TopicDocuments.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsJobTest {
  @TempDir Path folder;

  @Test
  void themesAreFoundTheLargestFirst() throws IOException {
    TopicsResult result = run("a", config(3, 1000), TopicDocuments.themes(), 8);
    assertThat(result.table()).isEqualTo(new TopicsTable(3, 3, 180, 1800, 0));
    assertThat(result.sampleDocuments()).isEqualTo(180);
    Map<String, Integer> topics = topics("a");
    for (Document document : TopicDocuments.themes()) {
      String name = document.name();
      int theme = name.startsWith("cooking") ? 0 : name.startsWith("sailing") ? 1 : 2;
      assertThat(topics).containsEntry(document.hexId(), theme);
    }
    assertThat(descriptions("a").topics())
        .extracting(Topic::number, Topic::documents, Topic::tokens)
        .containsExactly(tuple(0, 90L, 900L), tuple(1, 60L, 600L), tuple(2, 30L, 300L));
  }

  @Test
  void termsSayWhatATopicIsAboutWithoutStopWordsAndNumbers() throws IOException {
    run("a", config(3, 1000), TopicDocuments.themes(), 8);
    List<List<String>> terms = descriptions("a").topics().stream().map(Topic::terms).toList();
    assertThat(terms.get(0)).containsExactlyInAnyOrderElementsOf(TopicDocuments.COOKING);
    assertThat(terms.get(1)).containsExactlyInAnyOrderElementsOf(TopicDocuments.SAILING);
    assertThat(terms.get(2)).containsExactlyInAnyOrderElementsOf(TopicDocuments.LAW);
  }

  @Test
  void examplesAreTheTitlesOrFirstWordsOfDocumentsOfTheTopic() throws IOException {
    List<Document> documents = new ArrayList<>();
    for (Document document : TopicDocuments.themes()) {
      boolean titled = document.name().startsWith("law");
      documents.add(
          new Document(
              document.name(),
              document.text(),
              titled ? "{\"title\": \"<b>" + document.name() + "</b>\"}" : null));
    }
    run("a", config(3, 1000), documents, 8);
    Map<String, Document> byId =
        documents.stream().collect(Collectors.toMap(Document::hexId, document -> document));
    for (Topic topic : descriptions("a").topics()) {
      assertThat(topic.examples()).hasSize(4);
      for (Example example : topic.examples()) {
        Document document = byId.get(example.docId());
        assertThat(topics("a")).containsEntry(example.docId(), topic.number());
        assertThat(example.source()).isEqualTo("books");
        if (topic.number() == 2) {
          assertThat(example.title()).isEqualTo("<b>" + document.name() + "</b>");
        } else {
          assertThat(document.text()).startsWith(example.title().replace("…", ""));
        }
      }
    }
  }

  @Test
  void bucketsDoNotMatterToTheTopicsOfACorpusThatIsSampledWhole() throws IOException {
    run("1", config(5, 1000), TopicDocuments.themes(), 1);
    run("3", config(5, 1000), TopicDocuments.themes(), 3);
    run("8", config(5, 1000), TopicDocuments.themes(), 8);
    assertThat(topics("3")).hasSize(180).isEqualTo(topics("1"));
    assertThat(topics("8")).isEqualTo(topics("1"));
    String described = Files.readString(folder.resolve("1/topics.json"));
    assertThat(folder.resolve("3/topics.json")).hasContent(described);
    assertThat(folder.resolve("8/topics.json")).hasContent(described);
  }

  @Test
  void theSameSampleGivesTheSameBytesEveryTime() throws IOException {
    run("a", config(5, 50), TopicDocuments.themes(), 8);
    run("b", config(5, 50), TopicDocuments.themes(), 8);
    assertThat(files("a")).hasSize(9).isEqualTo(files("b"));
  }

  @Test
  void everyDocumentHasARowInTheDocumentsOrderInAFileOfTheRatingsName() throws IOException {
    Finished<DocumentsTable> documents =
        TopicDocuments.write(folder.resolve("documents"), TopicDocuments.themes(), 8);
    run("a", config(3, 50), documents);
    Map<Integer, org.apache.hadoop.fs.Path> buckets =
        DocumentsTable.bucketFiles(
            documents.directory().fileSystem(), documents.directory().table());
    assertThat(buckets).hasSize(8);
    for (Map.Entry<Integer, org.apache.hadoop.fs.Path> bucket : buckets.entrySet()) {
      Path file = folder.resolve(String.format("a/table/bucket-%05d.parquet", bucket.getKey()));
      assertThat(ids(new org.apache.hadoop.fs.Path(file.toUri())))
          .isNotEmpty()
          .isEqualTo(ids(bucket.getValue()));
    }
  }

  @Test
  void aBoundedSampleIsEnoughForAllDocuments() throws IOException {
    TopicsResult result = run("a", config(3, 70), TopicDocuments.themes(), 8);
    assertThat(result.sampleDocuments()).isEqualTo(70);
    assertThat(result.table()).isEqualTo(new TopicsTable(3, 3, 180, 1800, 0));
    Map<String, Integer> topics = topics("a");
    for (String theme : List.of("cooking", "sailing", "law")) {
      assertThat(
              TopicDocuments.themes().stream()
                  .filter(document -> document.name().startsWith(theme))
                  .map(document -> topics.get(document.hexId()))
                  .distinct())
          .hasSize(1);
    }
  }

  @Test
  void documentsWithoutTextOrKnownWordsAreWithoutATopic() throws IOException {
    List<Document> documents = new ArrayList<>(TopicDocuments.themes());
    documents.add(new Document("tokens only", null, null));
    documents.add(new Document("no words", "?! ... --", null));
    TopicsResult result = run("a", config(3, 1000), documents, 4);
    assertThat(result.table()).isEqualTo(new TopicsTable(3, 3, 182, 1820, 2));
    assertThat(topics("a"))
        .containsEntry(documents.get(180).hexId(), 3)
        .containsEntry(documents.get(181).hexId(), 3);
    assertThat(descriptions("a").withoutTopic()).isEqualTo(new Totals(2, 20));
  }

  @Test
  void aCorpusOfTokensOnlyHasNoTopics() throws IOException {
    TopicsResult result =
        run(
            "a",
            config(3, 1000),
            List.of(new Document("one", null, null), new Document("two", null, null)),
            2);
    assertThat(result.table()).isEqualTo(new TopicsTable(3, 0, 2, 20, 2));
    assertThat(topics("a")).hasSize(2).containsValue(3).doesNotContainValue(0);
  }

  @Test
  void fewerDocumentsThanTopicsAreATopicEach() throws IOException {
    List<Document> documents =
        List.of(
            new Document("one", "flour and butter", null),
            new Document("two", "sail and mast", null),
            new Document("three", "court and judge", null));
    TopicsResult result = run("a", config(25, 1000), documents, 2);
    assertThat(result.table()).isEqualTo(new TopicsTable(25, 3, 3, 30, 0));
    assertThat(topics("a").values()).containsExactlyInAnyOrder(0, 1, 2);
  }

  @Test
  void aSingleDocumentIsATopic() throws IOException {
    TopicsResult result =
        run("a", config(25, 1000), List.of(new Document("one", "flour and butter", null)), 1);
    assertThat(result.table()).isEqualTo(new TopicsTable(25, 1, 1, 10, 0));
    assertThat(descriptions("a").topics().get(0).terms()).containsExactly("and", "butter", "flour");
  }

  @Test
  void anEmptyCorpusHasNoTopics() throws IOException {
    TopicsResult result = run("a", config(25, 1000), List.of(), 1);
    assertThat(result.table()).isEqualTo(new TopicsTable(25, 0, 0, 0, 0));
    assertThat(descriptions("a")).isEqualTo(new TopicDescriptions(List.of(), new Totals(0, 0)));
    assertThat(folder.resolve("a/table")).isEmptyDirectory();
  }

  private static TopicsConfig config(int count, int sampleDocuments) {
    return new TopicsConfig(count, sampleDocuments, 10_000, 50_000, 16, 20, 9, 4, "title");
  }

  private TopicsResult run(String name, TopicsConfig config, List<Document> documents, int buckets)
      throws IOException {
    return run(
        name, config, TopicDocuments.write(folder.resolve(name + "-in"), documents, buckets));
  }

  private TopicsResult run(String name, TopicsConfig config, Finished<DocumentsTable> documents) {
    StageDirectory output =
        new StageDirectory(
            new org.apache.hadoop.fs.Path(folder.resolve(name).toUri()), new Configuration());
    return new TopicsJob().run(LocalSpark.context(), config, 7, documents, output);
  }

  private TopicDescriptions descriptions(String name) throws IOException {
    return Json.read(
        Files.readString(folder.resolve(name).resolve("topics.json")), TopicDescriptions.class);
  }

  /** Topics by document, over all buckets. */
  private Map<String, Integer> topics(String name) throws IOException {
    Map<String, Integer> topics = new LinkedHashMap<>();
    for (Path file : parquet(folder.resolve(name).resolve("table"))) {
      try (ParquetRows.Reader rows =
          ParquetRows.read(
              new Configuration(),
              new org.apache.hadoop.fs.Path(file.toUri()),
              DocumentsTable.DOC_ID,
              TopicsTable.TOPIC)) {
        for (Optional<Group> row = rows.next(); row.isPresent(); row = rows.next()) {
          topics.put(id(row.get()), row.get().getInteger(TopicsTable.TOPIC, 0));
        }
      }
    }
    return topics;
  }

  private static List<String> ids(org.apache.hadoop.fs.Path file) throws IOException {
    List<String> ids = new ArrayList<>();
    try (ParquetRows.Reader rows =
        ParquetRows.read(new Configuration(), file, DocumentsTable.DOC_ID)) {
      for (Optional<Group> row = rows.next(); row.isPresent(); row = rows.next()) {
        ids.add(id(row.get()));
      }
    }
    return ids;
  }

  private static String id(Group row) {
    return HexFormat.of().formatHex(row.getBinary(DocumentsTable.DOC_ID, 0).getBytes());
  }

  private static List<Path> parquet(Path table) throws IOException {
    try (Stream<Path> files = Files.list(table)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  /** The bytes of all files, without the file system's own checksums. */
  private Map<String, String> files(String name) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder.resolve(name))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith(".")) {
          files.put(
              folder.resolve(name).relativize(file).toString(),
              HexFormat.of().formatHex(Files.readAllBytes(file)));
        }
      }
    }
    return files;
  }
}
