package io.gradus.jobs.order;

import java.util.Arrays;
import org.apache.spark.sql.catalyst.expressions.XXH64;

/**
 * What shapes know of a document: its score, source and topic, its ranks so far, and numbers of its
 * own that look random. One object stands for one row after the other.
 */
final class RankedDocument {
  /** What a number of the document's own is for; two purposes have independent numbers. */
  enum Purpose {
    SHUFFLE(1),
    JITTER(2),
    GUMBEL(3),
    WARM_UP(4),
    DEAL(5);

    private final int salt;

    Purpose(int salt) {
      this.salt = salt;
    }
  }

  /** Stands for the topic of a document that has none. */
  static final int NO_TOPIC = -1;

  /** The golden ratio's fraction: multiples of it spread evenly over 0 to 1. */
  private static final double SPREAD = 0.6180339887498949;

  private double score;
  private int source;
  private int topic;
  private int repeat;
  private long chanceOfDocument;
  private long chance;
  private int rankings;
  private double[] quantiles = new double[1];
  private long[] ranks = new long[1];
  private long askedNumber;
  private double askedValue;

  /**
   * Stands for a document that is not ranked yet.
   *
   * @param topic from 0, or {@link #NO_TOPIC}
   * @param chanceOfDocument a hash of the seed and the doc_id
   */
  void set(double score, int source, int topic, int repeat, long chanceOfDocument) {
    this.score = score;
    this.source = source;
    this.topic = topic;
    this.repeat = repeat;
    this.chanceOfDocument = chanceOfDocument;
    this.chance = XXH64.hashInt(repeat, chanceOfDocument);
    this.rankings = 0;
  }

  /** Adds the next ranking. */
  void rank(double quantile, long rank) {
    if (rankings == quantiles.length) {
      quantiles = Arrays.copyOf(quantiles, rankings + 1);
      ranks = Arrays.copyOf(ranks, rankings + 1);
    }
    quantiles[rankings] = quantile;
    ranks[rankings++] = rank;
  }

  double score() {
    return score;
  }

  int source() {
    return source;
  }

  int topic() {
    return topic;
  }

  /** How many rankings were made. */
  int rankings() {
    return rankings;
  }

  /** The share of tokens of lesser rank and half of its own in the ranking with this number. */
  double quantile(int ranking) {
    return quantiles[ranking];
  }

  /** How many documents are ranked before it in the ranking with this number. */
  long rank(int ranking) {
    return ranks[ranking];
  }

  /** Breaks ties; copies of one document have different ones. */
  long chance() {
    return chance;
  }

  /** A uniform number strictly between 0 and 1. */
  double unit(Purpose purpose) {
    return unit(XXH64.hashInt(purpose.salt, chance));
  }

  /** A uniform number; those of copies of one document are spread over 0 to 1. */
  double dealt() {
    double first = unit(XXH64.hashInt(Purpose.DEAL.salt, chanceOfDocument));
    double spread = first + repeat * SPREAD;
    return spread - Math.floor(spread);
  }

  private static double unit(long hash) {
    return ((hash >>> 12) + 0.5) * 0x1.0p-52;
  }

  /** Asks for a ranking by the stretch's value among the documents with the same number. */
  void ask(long number, double value) {
    this.askedNumber = number;
    this.askedValue = value;
  }

  long askedNumber() {
    return askedNumber;
  }

  double askedValue() {
    return askedValue;
  }
}
