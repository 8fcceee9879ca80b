package io.gradus.jobs.verify;

import io.gradus.common.workspace.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Counts how often each sequence is read, block by block, each of which has at least one stretch of
 * {@link StepRange#STRETCHES}, if only an empty one.
 *
 * @param blockSequences sequences of a block
 * @param expected the run should read every sequence before this one, once
 * @param padding sequences from here on hold padding, which may be read or not
 */
record BlockCoverage(int blockSequences, long expected, long padding)
    implements MapPartitionsFunction<Row, String> {

  @Override
  public Iterator<String> call(Iterator<Row> stretches) {
    List<String> result = new ArrayList<>();
    byte[] counts = new byte[blockSequences];
    long block = -1;
    while (stretches.hasNext()) {
      Row stretch = stretches.next();
      if (stretch.getLong(0) != block) {
        if (block >= 0) {
          result.add(check(block, counts));
        }
        block = stretch.getLong(0);
        Arrays.fill(counts, (byte) 0);
      }
      long first = block * blockSequences;
      for (long sequence = stretch.getLong(1); sequence < stretch.getLong(2); sequence++) {
        int at = (int) (sequence - first);
        counts[at] = (byte) Math.min(Byte.MAX_VALUE, counts[at] + 1);
      }
    }
    if (block >= 0) {
      result.add(check(block, counts));
    }
    return result.iterator();
  }

  private String check(long block, byte[] counts) {
    Findings findings = new Findings(Findings.MOST_OF_PART);
    long first = block * blockSequences;
    int length = (int) Math.max(0, Math.min(blockSequences, padding - first));
    for (int from = 0; from < length; ) {
      int to = from;
      boolean due = first + from < expected;
      while (to < length && counts[to] == counts[from] && first + to < expected == due) {
        to++;
      }
      if (due) {
        findings.checked(Check.COVERAGE, to - from);
      }
      findings.checked(Check.REPEATS, counts[from] > 0 ? to - from : 0);
      if (due && counts[from] == 0) {
        tell(findings, Check.COVERAGE, first + from, first + to, "never read");
      } else if (counts[from] > 1) {
        tell(findings, Check.REPEATS, first + from, first + to, "read " + counts[from] + " times");
      }
      from = to;
    }
    return Json.write(findings.summary());
  }

  private static void tell(Findings findings, Check check, long from, long to, String what) {
    String problem =
        to - from == 1
            ? "is " + what
            : String.format("and those up to %,d, %,d in all, are %s", to - 1, to - from, what);
    findings.breaches(
        check,
        to - from,
        List.of(new Breach(check, "curriculum", String.format("sequence %,d", from), problem)));
  }
}
