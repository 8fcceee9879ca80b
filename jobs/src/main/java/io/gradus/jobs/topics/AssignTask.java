package io.gradus.jobs.topics;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.FieldPath;
import io.gradus.common.table.ParquetRows;
import io.gradus.common.table.RatingsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.jobs.topics.TopicDescriptions.Example;
import java.io.IOException;
import java.io.Serializable;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Gives the documents of one bucket their topics: reads the bucket's file, writes the topics
 * table's file, counts.
 *
 * @param table the folder of the topics table
 */
record AssignTask(
    Broadcast<SerializableConfiguration> hadoop,
    Broadcast<TopicModel> model,
    TopicsConfig config,
    String table)
    implements Function<AssignTask.Unit, TopicCounts> {
  private static final MessageType SCHEMA =
      new MessageType(
          "topics",
          Types.required(PrimitiveTypeName.BINARY).named(DocumentsTable.DOC_ID),
          Types.required(PrimitiveTypeName.INT32).named(TopicsTable.TOPIC));

  /** A bucket and its file. */
  record Unit(int bucket, String documents) implements Serializable {}

  @Override
  public TopicCounts call(Unit unit) throws IOException {
    Configuration configuration = hadoop.value().value();
    Path target = new Path(table, RatingsTable.fileName(unit.bucket()));
    Path temporary = AtomicFile.temporary(target);
    FileSystem fileSystem = target.getFileSystem(configuration);
    try {
      TopicCounts counts;
      try (ParquetRows.Reader documents =
              ParquetRows.read(
                  configuration,
                  new Path(unit.documents()),
                  DocumentsTable.DOC_ID,
                  DocumentsTable.SOURCE,
                  DocumentsTable.N_TOKENS,
                  DocumentsTable.TEXT,
                  DocumentsTable.META);
          ParquetWriter<Group> topics = ParquetRows.write(configuration, temporary, SCHEMA)) {
        counts = assign(documents, topics);
      }
      AtomicFile.commit(fileSystem, temporary, target);
      return counts;
    } finally {
      fileSystem.delete(temporary, false);
    }
  }

  private TopicCounts assign(ParquetRows.Reader documents, ParquetWriter<Group> topics)
      throws IOException {
    Centres centres = model.value().centres();
    TermWeights weights = new TermWeights(model.value().vocabulary(), config.characters());
    TopicCounts counts = new TopicCounts(centres.count(), config.examples());
    SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
    for (Optional<Group> row = documents.next(); row.isPresent(); row = documents.next()) {
      Group document = row.get();
      String text = DocumentRow.text(document).orElse("");
      float[] point = model.value().projection().project(weights.vector(text));
      boolean hasTopic = Projection.hasDirection(point);
      int topic = hasTopic ? centres.nearest(point) : config.count();
      counts.add(
          hasTopic ? topic : centres.count(), document.getInteger(DocumentsTable.N_TOKENS, 0));
      if (hasTopic) {
        counts.offer(topic, centres.distance(point, topic), () -> example(document, text));
      }
      topics.write(
          rows.newGroup()
              .append(DocumentsTable.DOC_ID, document.getBinary(DocumentsTable.DOC_ID, 0))
              .append(TopicsTable.TOPIC, topic));
    }
    return counts;
  }

  private Example example(Group document, String text) {
    return new Example(
        HexFormat.of().formatHex(document.getBinary(DocumentsTable.DOC_ID, 0).getBytes()),
        document.getString(DocumentsTable.SOURCE, 0),
        Title.of(text, DocumentRow.meta(document), new FieldPath(config.titleField())));
  }
}
