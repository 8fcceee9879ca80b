package io.gradus.jobs.rate;

import java.util.List;

/** A rater that looks at nothing but a document's text; without text there is no score. */
interface TextRater extends ImmediateRater {
  /** The rating of one text. */
  Rating rate(String text);

  @Override
  default List<Rating> rate(List<RatedDocument> documents) {
    return documents.stream()
        .map(
            document ->
                document
                    .text()
                    .map(this::rate)
                    .orElseGet(
                        () ->
                            Rating.missing(
                                criteria().size(),
                                Rating.Failure.NO_TEXT,
                                "the document has tokens only")))
        .toList();
  }
}
