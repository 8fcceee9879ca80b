package io.gradus.jobs.sample;

import io.gradus.common.configuration.Section;

/** Why a document cannot be selected, whatever the budget. */
enum Unselectable {
  /** It belongs to the validation split. */
  HELD_OUT,
  /** It has no rating, and nothing stands for one. */
  MISSING_RATING,
  /** Its score is not a number, such as infinity minus infinity. */
  NOT_A_NUMBER,
  /** Its score is below the threshold. */
  BELOW_THRESHOLD,
  /** Its quality gives it no copy. */
  NO_COPY;

  String label() {
    return Section.name(this);
  }
}
