package io.gradus.jobs.ingest;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;

/** The valid ones of some outcomes, as rows on their way to their buckets. */
final class DocumentIterator implements Iterator<Row> {
  private final Iterator<Outcome> outcomes;
  private final int buckets;
  private final int tokenBytes;
  private final LongTextFiles longTexts;
  private final LongAccumulator done;
  private Document ahead;

  DocumentIterator(
      Iterator<Outcome> outcomes,
      int buckets,
      int tokenBytes,
      LongTextFiles longTexts,
      LongAccumulator done) {
    this.outcomes = outcomes;
    this.buckets = buckets;
    this.tokenBytes = tokenBytes;
    this.longTexts = longTexts;
    this.done = done;
  }

  @Override
  public boolean hasNext() {
    while (ahead == null && outcomes.hasNext()) {
      if (outcomes.next() instanceof Document document) {
        ahead = document;
      }
    }
    return ahead != null;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    LongBytes text = ahead.text();
    String longText = text != null && text.areMany() ? longTexts.write(text) : null;
    Row row = DocumentRows.shuffled(ahead, buckets, tokenBytes, longText);
    ahead = null;
    done.add(1);
    return row;
  }
}
