package io.gradus.jobs.quickstart;

/**
 * One source of the quickstart corpus, as an input of {@code ingest}.
 *
 * @param name source name
 * @param path glob of its files, relative to the raw folder
 * @param format {@code text} (one document a file) or {@code jsonl} (one a line)
 * @param textField field with the text; empty for {@code text}
 * @param idField field with the external id; empty for {@code text}
 * @param licence licence of the text
 * @param description what kind of text it is, in a phrase
 */
public record Source(
    String name,
    String path,
    String format,
    String textField,
    String idField,
    String licence,
    String description) {}
