package io.gradus.jobs.rate;

import java.util.List;

/** A rater that needs no device: the task's own thread rates. */
interface ImmediateRater extends Rater {
  /** One rating for each document, in the documents' order. */
  List<Rating> rate(List<RatedDocument> documents);

  @Override
  default Pending begin(List<RatedDocument> documents, Meter meter) {
    List<Rating> ratings = rate(documents);
    documents.forEach(document -> meter.add(RatingWork.document(document.tokens())));
    return new Pending() {
      @Override
      public List<Rating> ratings() {
        return ratings;
      }

      @Override
      public void close() {
        // Nothing is under way.
      }
    };
  }
}
