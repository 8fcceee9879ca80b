package io.gradus.jobs.sample;

import io.gradus.common.table.SelectionTable;
import java.util.List;

/**
 * What {@code sample} did.
 *
 * @param table the descriptor for the stages that read the selection
 * @param budget the configured token budget
 * @param available tokens that could have been selected
 * @param groups each quota group
 * @param scans how often the ratings were read before the selection was written
 */
public record SampleResult(
    SelectionTable table, long budget, long available, List<Group> groups, int scans) {

  /**
   * One quota group.
   *
   * @param name the source, or {@code (all)} when there is one budget for all
   * @param available tokens in the group
   * @param budget the group's share of the token budget
   * @param tokens what was selected: the budget, and the rest of the document that crossed it
   * @param documents how many were selected
   * @param leastKey the key of the last selected document; absent when nothing was selected
   */
  public record Group(
      String name, long available, long budget, long tokens, long documents, Double leastKey) {}
}
