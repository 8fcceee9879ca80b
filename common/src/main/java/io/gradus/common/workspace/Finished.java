package io.gradus.common.workspace;

/**
 * A finished stage as another stage reads it.
 *
 * @param directory where its files lie
 * @param table the descriptor from its manifest, such as a {@code DocumentsTable}
 */
public record Finished<T>(StageDirectory directory, T table) {}
