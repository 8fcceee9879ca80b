package io.gradus.jobs.report;

/**
 * Where the report is.
 *
 * @param file its path
 * @param bytes its size
 */
public record ReportResult(String file, long bytes) {}
