package io.gradus.jobs.sample;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.gradus.common.table.CalibrationTable;
import io.gradus.common.table.DocumentHash;
import io.gradus.common.table.DocumentsTable;
import io.gradus.jobs.sample.SampleConfig.Method;
import io.gradus.jobs.sample.SampleConfig.Normalise;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * The arithmetic of a selection as column expressions over the ratings.
 *
 * <p>Gumbel top-k (QuRating, section 4; Kool et al. 2019): keeping the largest {@code s / tau + G},
 * with G standard Gumbel noise, draws without replacement from softmax(s / tau).
 */
final class SelectionKey {
  /** The digits of the key's image come first, those of doc_id break ties. */
  static final int DIGITS = 12;

  private static final int IMAGE_DIGITS = 4;
  private static final UserDefinedFunction IMAGE =
      udf((UDF1<Double, Long>) SelectionKey::image, DataTypes.LongType);

  private SelectionKey() {}

  /**
   * {@code sum_c weight_c * normalise(rating_c)}, always from criterion to criterion in
   * alphabetical order. A missing rating (null, NaN or infinite) counts as the criterion's mean, so
   * it neither helps nor hurts.
   */
  static Column score(
      Map<String, Double> weights,
      Normalise normalise,
      Map<String, CalibrationTable.Moments> moments) {
    Column sum = lit(0.0);
    for (Map.Entry<String, Double> weight : weights.entrySet()) {
      CalibrationTable.Moments of = moments.get(weight.getKey());
      Column rating = col("`" + weight.getKey() + "`");
      Column known =
          when(rating.between(-Double.MAX_VALUE, Double.MAX_VALUE), rating)
              .otherwise(lit(of.mean()));
      sum = sum.plus(normalised(known, normalise, of).multiply(lit(weight.getValue())));
    }
    return sum;
  }

  private static Column normalised(
      Column rating, Normalise normalise, CalibrationTable.Moments moments) {
    return switch (normalise) {
      case NONE -> rating;
      case Z_SCORE ->
          moments.standardDeviation() == 0
              ? lit(0.0)
              : rating.minus(lit(moments.mean())).divide(lit(moments.standardDeviation()));
    };
  }

  /** The key that the selection compares; the largest keys are taken. */
  static Column key(Column score, SampleConfig config, long seed) {
    Column unit = DocumentHash.unit(DocumentHash.hash("sample", seed, col(DocumentsTable.DOC_ID)));
    Column gumbel = log(log(unit).multiply(lit(-1.0))).multiply(lit(-1.0));
    if (config.method() == Method.UNIFORM) {
      return gumbel;
    }
    if (takesBest(config)) {
      return score;
    }
    return score.divide(lit(config.temperature())).plus(gumbel);
  }

  /**
   * The probability, over seeds, that a document's key exceeds the cut-off: {@code 1 - exp(-exp(s /
   * tau - cutoff))}.
   */
  static Column inclusion(Column score, Column cutoff, SampleConfig config) {
    if (takesBest(config)) {
      return lit(1.0);
    }
    Column location =
        config.method() == Method.UNIFORM ? lit(0.0) : score.divide(lit(config.temperature()));
    return lit(1.0).minus(exp(exp(location.minus(cutoff)).multiply(lit(-1.0))));
  }

  private static boolean takesBest(SampleConfig config) {
    return config.method() == Method.TOP
        || (config.method() == Method.TEMPERATURE && config.temperature() == 0);
  }

  /** {@link #image(double)} as a column. */
  static Column image(Column key) {
    return IMAGE.apply(key);
  }

  /**
   * The 64 bits of a key, so that larger keys have larger unsigned images. Negative zero counts as
   * zero.
   */
  static long image(double key) {
    long bits = Double.doubleToLongBits(key + 0.0);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  /** The key that has this image. */
  static double key(long image) {
    return Double.longBitsToDouble(image < 0 ? image ^ Long.MIN_VALUE : ~image);
  }

  /**
   * One of the {@value #DIGITS} digits (0 to 65535) of a row's place in the selection, the most
   * significant first. The digits of doc_id are turned round, since smaller ids come first.
   */
  static Column digit(int index, Column image, Column docId) {
    if (index < IMAGE_DIGITS) {
      return shiftrightunsigned(image, 48 - 16 * index).bitwiseAND(lit(0xffffL)).cast("int");
    }
    int position = 2 * (index - IMAGE_DIGITS) + 1;
    return lit(0xffff).minus(conv(hex(substring(docId, position, 2)), 16, 10).cast("int"));
  }
}
