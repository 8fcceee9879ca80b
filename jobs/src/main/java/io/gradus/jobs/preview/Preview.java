package io.gradus.jobs.preview;

import io.gradus.common.table.CurriculumProfile;
import java.util.List;

/**
 * What is drawn of a curriculum, as {@code preview.json}.
 *
 * @param pipeline its name
 * @param profile quality and sources along the run
 * @param criteria the ratings along the run, such as difficulty
 */
public record Preview(String pipeline, CurriculumProfile profile, List<Criterion> criteria) {

  /**
   * One criterion along the run.
   *
   * @param means in equal stretches of tokens, weighted by tokens; null where no document has a
   *     rating. A document counts where the middle of its tokens lies
   */
  public record Criterion(String name, List<Double> means) {}
}
