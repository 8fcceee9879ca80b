package io.gradus.jobs.verify;

import io.gradus.common.workspace.Json;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Puts the parts of documents together, which come sorted by format, position and place in the
 * document; lets the checks of shards through.
 */
record DocumentPartsTask() implements MapPartitionsFunction<Row, String> {

  /**
   * One of both.
   *
   * @param shard what a shard's walk says, or nothing
   * @param documents what all parts of a task say, or nothing
   */
  record Told(ShardCheck shard, Findings.Summary documents) {}

  @Override
  public Iterator<String> call(Iterator<Row> rows) {
    List<String> told = new ArrayList<>();
    Findings findings = new Findings(Findings.MOST_OF_PART);
    DocumentPart whole = null;
    while (rows.hasNext()) {
      Row row = rows.next();
      Optional<String> check = DocumentPart.check(row);
      if (check.isPresent()) {
        told.add(Json.write(new Told(Json.read(check.get(), ShardCheck.class), null)));
        continue;
      }
      DocumentPart part = DocumentPart.of(row);
      if (whole != null && whole.sameDocument(part)) {
        whole = whole.with(part);
      } else {
        if (whole != null) {
          whole.check(findings);
        }
        whole = part;
      }
    }
    if (whole != null) {
      whole.check(findings);
    }
    told.add(Json.write(new Told(null, findings.summary())));
    return told.iterator();
  }
}
