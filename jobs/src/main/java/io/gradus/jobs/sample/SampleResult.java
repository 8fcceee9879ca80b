package io.gradus.jobs.sample;

import io.gradus.common.table.SelectionTable;
import java.util.List;
import java.util.Map;

/**
 * What {@code sample} did.
 *
 * @param table the descriptor for the stages that read the selection
 * @param budget the configured token budget
 * @param available tokens that could have been selected, each document once
 * @param unselectable documents that could not be selected, by reason
 * @param groups the largest quota groups; the folder {@code groups} has all of them
 * @param groupCount how many quota groups there are
 * @param shortGroups how many groups have fewer tokens than their quota, all repeats counted
 * @param scans how often the ratings were read before the selection was written
 */
public record SampleResult(
    SelectionTable table,
    long budget,
    long available,
    Map<String, Unselected> unselectable,
    List<Group> groups,
    int groupCount,
    int shortGroups,
    int scans) {

  /** Documents that could not be selected, and their tokens. */
  public record Unselected(long documents, long tokens) {}

  /**
   * One quota group.
   *
   * @param name the source, the topic or both, or {@code (all)} when there is one budget for all
   * @param available tokens in the group, all copies that may be taken once counted
   * @param quota what the group would have if every group had tokens enough
   * @param budget the group's share of the token budget
   * @param tokens what was selected: the budget, and the rest of the document that crossed it
   * @param documents how many were selected
   * @param leastKey the key of the last document that was selected for its key; absent where the
   *     group was taken whole, or nothing of it
   */
  public record Group(
      String name,
      long available,
      long quota,
      long budget,
      long tokens,
      long documents,
      Double leastKey) {}
}
