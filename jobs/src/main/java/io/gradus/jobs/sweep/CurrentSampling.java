package io.gradus.jobs.sweep;

import io.gradus.common.selection.Quotas;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.TokenAmount;
import java.io.Serializable;

/**
 * What the section {@code sample} says now. A sweep varies temperature, weights, quotas and budget;
 * all else is as here.
 *
 * @param temperature 0 for the method {@code top}, infinity for {@code uniform}, and NaN for
 *     methods that have none
 * @param scoring how ratings become one score
 * @param quotas how the budget is divided
 * @param budget the token budget
 * @param maxRepeats how often a document may be taken
 * @param validation the share of documents that are held out
 */
public record CurrentSampling(
    double temperature,
    Scoring scoring,
    Quotas quotas,
    TokenAmount budget,
    int maxRepeats,
    double validation)
    implements Serializable {

  /** Whether the current configuration is a setting that a sweep can have. */
  boolean comparable() {
    return !Double.isNaN(temperature);
  }
}
