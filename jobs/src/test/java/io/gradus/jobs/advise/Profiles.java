package io.gradus.jobs.advise;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Curricula whose quality is a plain function of position. */
final class Profiles {
  private static final int BINS = 200;

  private Profiles() {}

  static CurriculumProfile ascending(long tokens) {
    return of("ascending", tokens, place -> place);
  }

  static CurriculumProfile descending(long tokens) {
    return of("descending", tokens, place -> 1 - place);
  }

  static CurriculumProfile shuffled(long tokens) {
    return of("shuffled", tokens, place -> 0.5);
  }

  static CurriculumProfile of(String shape, long tokens, DoubleUnaryOperator quality) {
    List<Bin> bins =
        IntStream.range(0, BINS)
            .mapToObj(
                i -> {
                  double quantile = quality.applyAsDouble((i + 0.5) / BINS);
                  long first = tokens / BINS * i;
                  return new Bin(
                      first,
                      tokens / BINS,
                      10,
                      quantile * 4 - 2,
                      quantile,
                      Map.of("wiki", tokens / BINS));
                })
            .toList();
    return new CurriculumProfile(shape, "source", tokens, BINS * 10L, bins);
  }
}
