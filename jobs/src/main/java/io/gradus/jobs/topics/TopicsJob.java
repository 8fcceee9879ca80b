package io.gradus.jobs.topics;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Finished;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.topics.TopicDescriptions.Topic;
import io.gradus.jobs.topics.TopicDescriptions.Totals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Finds topics in a bounded sample of the documents, then gives every document the topic whose
 * centre is closest to it. A document without text, or none of whose words the sample's vocabulary
 * has, is without a topic.
 */
public final class TopicsJob {

  /** Runs the stage. */
  public TopicsResult run(
      JobContext context,
      TopicsConfig config,
      long seed,
      Finished<DocumentsTable> documents,
      StageDirectory output) {
    JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
    try {
      output.clear();
      output.fileSystem().mkdirs(output.table());
      Map<Integer, Path> buckets =
          DocumentsTable.bucketFiles(
              documents.directory().fileSystem(), documents.directory().table());
      List<SampleUnit> sample =
          SampleUnit.choose(context.hadoop(), buckets, config.sampleDocuments(), seed);
      Broadcast<SerializableConfiguration> hadoop =
          spark.broadcast(new SerializableConfiguration(context.hadoop()));
      TopicModel model = new TopicFit(spark, config, seed, hadoop).fit(sample);
      TopicCounts counts = assign(spark, config, model, buckets, hadoop, output);
      TopicsTable table = table(config, model, counts);
      if (table.rows() != documents.table().rows()) {
        throw new IllegalStateException(
            table.rows()
                + " documents got topics, but "
                + documents.directory().path()
                + " holds "
                + documents.table().rows());
      }
      output.writeText(TopicsResult.FILE, Json.write(descriptions(model, counts)));
      return new TopicsResult(
          table,
          sample.stream().mapToInt(unit -> (int) unit.documents()).sum(),
          model.vocabulary().size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      spark.setJobDescription(null);
    }
  }

  private static TopicCounts assign(
      JavaSparkContext spark,
      TopicsConfig config,
      TopicModel model,
      Map<Integer, Path> buckets,
      Broadcast<SerializableConfiguration> hadoop,
      StageDirectory output) {
    if (buckets.isEmpty()) {
      return new TopicCounts(0, 0);
    }
    List<AssignTask.Unit> units =
        buckets.entrySet().stream()
            .map(bucket -> new AssignTask.Unit(bucket.getKey(), bucket.getValue().toString()))
            .toList();
    Broadcast<TopicModel> shared = spark.broadcast(model);
    spark.setJobDescription("topics: " + units.size() + " buckets");
    try {
      return spark
          .parallelize(units, units.size())
          .map(new AssignTask(hadoop, shared, config, output.table().toString()))
          .treeReduce(TopicCounts::plus);
    } finally {
      shared.destroy();
    }
  }

  private static TopicsTable table(TopicsConfig config, TopicModel model, TopicCounts counts) {
    int found = model.centres().count();
    long rows = 0;
    long tokens = 0;
    for (int topic = 0; topic <= found; topic++) {
      rows += counts.documents(topic);
      tokens += counts.tokens(topic);
    }
    return new TopicsTable(config.count(), found, rows, tokens, counts.documents(found));
  }

  private static TopicDescriptions descriptions(TopicModel model, TopicCounts counts) {
    int found = model.centres().count();
    List<Topic> topics = new ArrayList<>();
    for (int topic = 0; topic < found; topic++) {
      topics.add(
          new Topic(
              topic,
              counts.documents(topic),
              counts.tokens(topic),
              model.terms().get(topic),
              counts.examples(topic)));
    }
    return new TopicDescriptions(topics, new Totals(counts.documents(found), counts.tokens(found)));
  }
}
