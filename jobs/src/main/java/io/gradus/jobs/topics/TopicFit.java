package io.gradus.jobs.topics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.mllib.clustering.KMeans;
import org.apache.spark.mllib.clustering.KMeansModel;
import org.apache.spark.mllib.linalg.Vector;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Finds topics in a sample of the documents: TF-IDF, the space of the first singular vectors, and
 * k-means there (as Wettig et al. 2024, QuRating, found theirs). Sums of doubles depend on their
 * order, so it is fixed: the sample comes to the driver in the order of documents, and k-means sees
 * it as one partition.
 */
final class TopicFit {
  /** Counting words needs no more parts than this: a sample is bounded. */
  private static final int WORD_PARTITIONS = 8;

  private static final String EVERY_TEXT = "";

  private final JavaSparkContext spark;
  private final TopicsConfig config;
  private final long seed;
  private final Broadcast<SerializableConfiguration> hadoop;

  TopicFit(
      JavaSparkContext spark,
      TopicsConfig config,
      long seed,
      Broadcast<SerializableConfiguration> hadoop) {
    this.spark = spark;
    this.config = config;
    this.seed = seed;
    this.hadoop = hadoop;
  }

  /** Fits on the sample; an empty one gives no topics. */
  TopicModel fit(List<SampleUnit> sample) {
    Vocabulary vocabulary = new Vocabulary(frequencies(sample));
    List<SparseVector> vectors = vectors(sample, vocabulary);
    int dimensions = Math.min(config.dimensions(), Math.min(vocabulary.size(), vectors.size()));
    Projection projection =
        new Projection(
            dimensions, LeadingSubspace.of(vectors, vocabulary.size(), dimensions, seed));
    List<float[]> points =
        IntStream.range(0, vectors.size())
            .parallel()
            .mapToObj(i -> projection.project(vectors.get(i)))
            .toList();
    Centres centres = largestFirst(cluster(points), points);
    List<List<String>> terms =
        TopicTerms.of(
            vocabulary, vectors, topics(centres, points), centres.count(), config.terms());
    return new TopicModel(vocabulary, projection, centres, terms);
  }

  /**
   * The words that are in the most documents of the sample, and in how many they are. First comes
   * the empty word, which every text has.
   */
  private List<Tuple2<String, Integer>> frequencies(List<SampleUnit> sample) {
    if (sample.isEmpty()) {
      return List.of();
    }
    spark.setJobDescription("topics: vocabulary");
    Broadcast<SerializableConfiguration> shared = hadoop;
    int characters = config.characters();
    return spark
        .parallelize(sample, sample.size())
        .flatMapToPair(
            unit -> {
              Map<String, Integer> counts = new HashMap<>();
              Set<String> words = new HashSet<>();
              unit.texts(
                  shared.value().value(),
                  text -> {
                    words.clear();
                    words.add(EVERY_TEXT);
                    Words.forEach(text, characters, words::add);
                    words.forEach(word -> counts.merge(word, 1, Integer::sum));
                  });
              return counts.entrySet().stream()
                  .map(entry -> new Tuple2<>(entry.getKey(), entry.getValue()))
                  .iterator();
            })
        .reduceByKey(Integer::sum, WORD_PARTITIONS)
        .map(frequency -> frequency)
        .takeOrdered(config.vocabulary() + 1, new MostFrequentFirst());
  }

  /** The documents of the sample that have words of the vocabulary, in the order of documents. */
  private List<SparseVector> vectors(List<SampleUnit> sample, Vocabulary vocabulary) {
    if (sample.isEmpty()) {
      return List.of();
    }
    spark.setJobDescription("topics: sample");
    Broadcast<SerializableConfiguration> shared = hadoop;
    Broadcast<Vocabulary> words = spark.broadcast(vocabulary);
    int characters = config.characters();
    try {
      return spark
          .parallelize(sample, sample.size())
          .flatMap(
              unit -> {
                TermWeights weights = new TermWeights(words.value(), characters);
                List<SparseVector> vectors = new ArrayList<>();
                unit.texts(
                    shared.value().value(),
                    text -> {
                      SparseVector vector = weights.vector(text);
                      if (vector.size() > 0) {
                        vectors.add(vector);
                      }
                    });
                return vectors.iterator();
              })
          .collect();
    } finally {
      words.destroy();
    }
  }

  /** The centres that MLlib finds, in its order. */
  private List<float[]> cluster(List<float[]> points) {
    List<float[]> directed = points.stream().filter(Projection::hasDirection).toList();
    if (directed.isEmpty()) {
      return List.of();
    }
    spark.setJobDescription("topics: k-means");
    Broadcast<List<float[]>> shared = spark.broadcast(directed);
    FlatMapFunction<Integer, Vector> vectors = only -> vectors(shared.value());
    JavaRDD<Vector> onePartition =
        spark.parallelize(List.of(0), 1).flatMap(vectors).persist(StorageLevel.MEMORY_AND_DISK());
    try {
      KMeansModel model =
          new KMeans()
              .setK(config.count())
              .setMaxIterations(config.iterations())
              .setSeed(seed)
              .run(onePartition.rdd());
      List<float[]> centres = new ArrayList<>();
      for (Vector centre : model.clusterCenters()) {
        float[] coordinates = new float[centre.size()];
        for (int d = 0; d < coordinates.length; d++) {
          coordinates[d] = (float) centre.apply(d);
        }
        centres.add(coordinates);
      }
      return centres;
    } finally {
      onePartition.unpersist();
      shared.destroy();
    }
  }

  private static Iterator<Vector> vectors(List<float[]> points) {
    return points.stream()
        .map(
            point ->
                Vectors.dense(
                    IntStream.range(0, point.length).mapToDouble(d -> point[d]).toArray()))
        .iterator();
  }

  /** Topic 0 has the most documents of the sample, and so on; those that have none are dropped. */
  private static Centres largestFirst(List<float[]> centres, List<float[]> points) {
    if (centres.isEmpty()) {
      return new Centres(centres);
    }
    int[] sizes = new int[centres.size()];
    for (int topic : topics(new Centres(centres), points)) {
      if (topic >= 0) {
        sizes[topic]++;
      }
    }
    return new Centres(
        IntStream.range(0, sizes.length)
            .boxed()
            .filter(topic -> sizes[topic] > 0)
            .sorted(Comparator.comparing((Integer topic) -> sizes[topic]).reversed())
            .map(centres::get)
            .toList());
  }

  /** The topic of each document of the sample, -1 where it has none. */
  private static int[] topics(Centres centres, List<float[]> points) {
    return points.stream()
        .parallel()
        .mapToInt(point -> Projection.hasDirection(point) ? centres.nearest(point) : -1)
        .toArray();
  }
}
