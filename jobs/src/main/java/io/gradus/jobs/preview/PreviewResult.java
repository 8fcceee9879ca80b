package io.gradus.jobs.preview;

/**
 * What {@code preview} did.
 *
 * @param page the path of the page
 * @param bytes of the page
 */
public record PreviewResult(String page, long bytes) {}
