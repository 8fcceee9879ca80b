package io.gradus.jobs.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gradus.common.spark.LocalSpark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.linalg.Vector;
import org.apache.spark.mllib.linalg.Vectors;
import org.apache.spark.mllib.linalg.distributed.RowMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeadingSubspaceTest {
  private static final int TERMS = 60;

  /** Five directions stand out; of twenty, the last hold no more than others that are left out. */
  @ParameterizedTest
  @CsvSource({"5, 0.001", "20, 0.02"})
  void theSpaceHoldsNearlyWhatTheFirstSingularVectorsHold(int dimensions, double share) {
    List<SparseVector> documents = documents(200);
    float[] basis = LeadingSubspace.of(documents, TERMS, dimensions, 1);
    double held = 0;
    for (SparseVector document : documents) {
      held += squaredLength(document, basis, dimensions);
    }
    List<Vector> rows = documents.stream().map(LeadingSubspaceTest::dense).toList();
    RowMatrix matrix =
        new RowMatrix(
            JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
                .parallelize(rows)
                .rdd());
    double[] singular = matrix.computeSVD(dimensions, false, 1e-9).s().toArray();
    double exact = Arrays.stream(singular).map(value -> value * value).sum();
    assertThat(held).isCloseTo(exact, within(share * exact));
  }

  @Test
  void theBasisIsOrthonormal() {
    int dimensions = 20;
    float[] basis = LeadingSubspace.of(documents(200), TERMS, dimensions, 1);
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++) {
        double dot = 0;
        for (int term = 0; term < TERMS; term++) {
          dot += (double) basis[term * dimensions + i] * basis[term * dimensions + j];
        }
        assertThat(dot).isCloseTo(i == j ? 1 : 0, within(1e-6));
      }
    }
  }

  @Test
  void dimensionsBeyondTheRankAreZero() {
    SparseVector document = new SparseVector(new char[] {3, 5}, new float[] {0.6f, 0.8f});
    float[] basis = LeadingSubspace.of(List.of(document, document), TERMS, 4, 1);
    assertThat(squaredLength(document, basis, 4)).isCloseTo(1, within(1e-6));
    for (int term = 0; term < TERMS; term++) {
      for (int d = 1; d < 4; d++) {
        assertThat(basis[term * 4 + d]).isZero();
      }
    }
  }

  @Test
  void anotherFitGivesTheSameBits() {
    assertThat(LeadingSubspace.of(documents(50), TERMS, 20, 1))
        .isEqualTo(LeadingSubspace.of(documents(50), TERMS, 20, 1));
  }

  /** Some strong directions and much noise. */
  private static List<SparseVector> documents(int count) {
    Random random = new Random(5);
    List<SparseVector> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      char[] terms = new char[TERMS];
      float[] weights = new float[TERMS];
      for (int term = 0; term < TERMS; term++) {
        terms[term] = (char) term;
        weights[term] =
            (float) (random.nextGaussian() * 0.1 + (term % 15 == i % 15 ? 2.0 / (1 + i % 15) : 0));
      }
      documents.add(new SparseVector(terms, weights));
    }
    return documents;
  }

  private static Vector dense(SparseVector document) {
    double[] values = new double[TERMS];
    for (int i = 0; i < document.size(); i++) {
      values[document.term(i)] = document.weight(i);
    }
    return Vectors.dense(values);
  }

  private static double squaredLength(SparseVector document, float[] basis, int dimensions) {
    double squares = 0;
    for (int d = 0; d < dimensions; d++) {
      double coordinate = 0;
      for (int i = 0; i < document.size(); i++) {
        coordinate += document.weight(i) * basis[document.term(i) * dimensions + d];
      }
      squares += coordinate * coordinate;
    }
    return squares;
  }
}
