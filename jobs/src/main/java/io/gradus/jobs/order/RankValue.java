package io.gradus.jobs.order;

import java.io.Serializable;

/** What documents are ranked by; the least first. */
@FunctionalInterface
interface RankValue extends Serializable {
  /** The score; adding 0 turns a negative zero into zero, so that equal scores tie. */
  RankValue SCORE = document -> document.score() + 0.0;

  /** A number that is the document's own, with copies of one document far apart. */
  RankValue CHANCE = RankedDocument::dealt;

  double of(RankedDocument document);
}
