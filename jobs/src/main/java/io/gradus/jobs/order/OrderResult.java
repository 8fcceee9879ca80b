package io.gradus.jobs.order;

import io.gradus.common.table.OrderTable;

/**
 * What {@code order} did.
 *
 * @param table the descriptor for the stages that read the order
 * @param files how many files hold it
 */
public record OrderResult(OrderTable table, int files) {}
