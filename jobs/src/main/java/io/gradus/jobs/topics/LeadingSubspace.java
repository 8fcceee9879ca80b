package io.gradus.jobs.topics;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The space of the first right singular vectors of the matrix whose rows are documents, found by
 * orthogonal iteration from a random start (Halko, Martinsson and Tropp 2011, algorithm 4.4; Golub
 * and Van Loan 2013, section 8.2.4). Which basis of that space is found does not matter: distances
 * are the same in all.
 *
 * <p>Not MLlib's {@code computeSVD}: its ARPACK keeps the state of its random numbers in a static
 * variable, so that a second fit in one JVM gives other bits than the first. Here every column is
 * computed by itself and in one order: the same bits with any number of threads.
 */
final class LeadingSubspace {
  private static final int ITERATIONS = 4;

  /**
   * Columns that one thread computes together, as floats: the rows of terms are met at random, and
   * what costs is to bring them from memory.
   */
  private static final int BLOCK = 32;

  /** A column that loses so much to those before it is rounding noise. */
  private static final double NOISE = 1e-8;

  private LeadingSubspace() {}

  /**
   * An orthonormal basis.
   *
   * @param terms how many columns the matrix has
   * @param dimensions how many vectors are wanted
   * @return for each term, one after the other, {@code dimensions} coordinates; those beyond the
   *     matrix's rank are 0
   */
  static float[] of(List<SparseVector> documents, int terms, int dimensions, long seed) {
    Random random = new Random(seed);
    double[][] basis = new double[dimensions][terms];
    for (double[] vector : basis) {
      Arrays.setAll(vector, term -> random.nextGaussian());
    }
    for (int i = 0; i < ITERATIONS; i++) {
      basis = multiply(documents, basis, terms);
      orthonormalise(basis);
    }
    // Twice is enough for the last bits, too (Giraud et al. 2005).
    orthonormalise(basis);
    float[] byTerm = new float[terms * dimensions];
    for (int d = 0; d < dimensions; d++) {
      for (int term = 0; term < terms; term++) {
        byTerm[term * dimensions + d] = (float) basis[d][term];
      }
    }
    return byTerm;
  }

  /** The vectors multiplied by the matrix and then by its transpose. */
  private static double[][] multiply(List<SparseVector> documents, double[][] vectors, int terms) {
    double[][] products = new double[vectors.length][];
    int blocks = (vectors.length + BLOCK - 1) / BLOCK;
    IntStream.range(0, blocks)
        .parallel()
        .forEach(
            block -> {
              int from = block * BLOCK;
              int to = Math.min(vectors.length, from + BLOCK);
              float[] product = multiplyBlock(documents, byTerm(vectors, from, to, terms));
              for (int column = from; column < to; column++) {
                double[] unpacked = new double[terms];
                for (int term = 0; term < terms; term++) {
                  unpacked[term] = product[term * BLOCK + column - from];
                }
                products[column] = unpacked;
              }
            });
    return products;
  }

  private static float[] byTerm(double[][] vectors, int from, int to, int terms) {
    float[] packed = new float[terms * BLOCK];
    for (int column = from; column < to; column++) {
      for (int term = 0; term < terms; term++) {
        packed[term * BLOCK + column - from] = (float) vectors[column][term];
      }
    }
    return packed;
  }

  private static float[] multiplyBlock(List<SparseVector> documents, float[] vectors) {
    float[] products = new float[vectors.length];
    float[] projected = new float[BLOCK];
    for (SparseVector document : documents) {
      Arrays.fill(projected, 0);
      for (int i = 0; i < document.size(); i++) {
        addMultiple(projected, 0, document.weight(i), vectors, document.term(i) * BLOCK);
      }
      for (int i = 0; i < document.size(); i++) {
        addMultiple(products, document.term(i) * BLOCK, document.weight(i), projected, 0);
      }
    }
    return products;
  }

  private static void addMultiple(float[] sums, int to, float factor, float[] vectors, int from) {
    for (int column = 0; column < BLOCK; column++) {
      sums[to + column] += factor * vectors[from + column];
    }
  }

  /** Gram and Schmidt's method, modified: each vector in turn is taken out of all after it. */
  private static void orthonormalise(double[][] vectors) {
    double[] before = Arrays.stream(vectors).mapToDouble(LeadingSubspace::length).toArray();
    for (int i = 0; i < vectors.length; i++) {
      double[] unit = vectors[i];
      double length = length(unit);
      double scale = length > NOISE * before[i] ? 1 / length : 0;
      for (int term = 0; term < unit.length; term++) {
        unit[term] *= scale;
      }
      IntStream.range(i + 1, vectors.length)
          .parallel()
          .forEach(later -> addMultiple(vectors[later], -dot(vectors[later], unit), unit));
    }
  }

  private static double length(double[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  /** Four sums at a time, so that an addition need not wait for the one before it. */
  private static double dot(double[] left, double[] right) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 3 < left.length; i += 4) {
      a += left[i] * right[i];
      b += left[i + 1] * right[i + 1];
      c += left[i + 2] * right[i + 2];
      d += left[i + 3] * right[i + 3];
    }
    for (; i < left.length; i++) {
      a += left[i] * right[i];
    }
    return (a + b) + (c + d);
  }

  private static void addMultiple(double[] sum, double factor, double[] vector) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * vector[i];
    }
  }
}
