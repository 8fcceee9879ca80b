package io.gradus.jobs.ingest;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code ingest} section.
 *
 * @param inputs what to read, at least one
 * @param tokenizer {@code gpt2}, {@code cl100k}, {@code o200k}, or the path of a {@code
 *     tokenizer.json}
 * @param endOfText the token of a {@code tokenizer.json} that ends a document, such as {@code
 *     <|endoftext|>}; empty to look for the usual names
 * @param maxBadRecords the largest share of records that may be bad, from 0 to 1
 * @param maxUnreadableFiles how many files may be corrupt, cut off or not what their names say;
 *     {@code ingest.max-unreadable-files}, by default 0. What such a file has lost cannot be
 *     counted, so no share of the records bounds it; beside this it counts as one bad record
 * @param maxRecordSize records above this many bytes are bad; a task holds one record at a time
 * @param buckets how many buckets the documents are written in; 0 for a number that follows from
 *     the size of the data
 */
public record IngestConfig(
    List<Input> inputs,
    String tokenizer,
    String endOfText,
    double maxBadRecords,
    long maxUnreadableFiles,
    long maxRecordSize,
    int buckets) {
  private static final long DEFAULT_RECORD_SIZE = 64L << 20;
  private static final Range RECORD_SIZE = new Range(1, 1L << 30);
  private static final Range FILES = new Range(0, Integer.MAX_VALUE);
  private static final Range BUCKETS = new Range(1, 1_000_000);
  private static final String AUTO = "auto";

  public IngestConfig {
    inputs = List.copyOf(inputs);
  }

  /** How a file is read. */
  public enum Format {
    /** By the file's name. */
    AUTO,
    /** One JSON object a line. */
    JSONL,
    PARQUET,
    /** One document a file. */
    TEXT,
    /** The text that Common Crawl extracted: WARC files of {@code conversion} records. */
    WET
  }

  /**
   * One entry of {@code ingest.inputs}. Field names may be dotted paths into nested objects. A
   * field that a record may lack is empty when it is not configured.
   *
   * @param path a file, a folder (read with all below it) or a glob, on any Hadoop file system; a
   *     relative path starts at the configuration file's folder
   * @param format how its files are read
   * @param source the source of all its records; empty when {@code sourceField} says it
   * @param sourceField the field that holds a record's source, or empty
   * @param textField the field that holds the text
   * @param idField the field that becomes {@code external_id}, where a record has it
   * @param tokensField the field that holds token ids of the training tokenizer, or empty; where a
   *     record has both, the tokens are taken as they are and the text is kept beside them
   */
  public record Input(
      String path,
      Format format,
      String source,
      String sourceField,
      String textField,
      String idField,
      String tokensField)
      implements Serializable {
    static final String DEFAULT_TEXT_FIELD = "text";
    static final String DEFAULT_ID_FIELD = "id";

    boolean hasTokensField() {
      return !tokensField.isEmpty();
    }

    boolean hasSourceField() {
      return !sourceField.isEmpty();
    }
  }

  /** Reads the section; problems are recorded with it. */
  public static IngestConfig read(Section section) {
    List<Input> inputs = new ArrayList<>();
    for (Section input : section.sections("inputs")) {
      inputs.add(readInput(input));
    }
    if (!section.has("inputs")) {
      section.problem(
          "inputs",
          "missing; give a list such as [ { path = \"raw/*.jsonl.zst\", source = wiki } ]");
    } else if (inputs.isEmpty()) {
      section.problem("inputs", "empty; give at least one { path = ... }");
    }
    String tokenizer = section.text("tokenizer", "gpt2");
    if (!Tokenizers.isBuiltIn(tokenizer)) {
      Tokenizers.nameProblem(tokenizer).ifPresent(message -> section.problem("tokenizer", message));
      tokenizer = section.path("tokenizer");
    }
    String endOfText = section.text("end-of-text", "");
    if (!endOfText.isEmpty() && Tokenizers.isBuiltIn(tokenizer)) {
      section.problem(
          "end-of-text",
          "'" + tokenizer + "' has its own end of text; leave this out, or name a tokenizer.json");
    }
    IngestConfig config =
        new IngestConfig(
            inputs,
            tokenizer,
            endOfText,
            section.number("max-bad-records", 0.01, Range.SHARE),
            section.count("max-unreadable-files", 0, FILES),
            section.bytes("max-record-size", DEFAULT_RECORD_SIZE, RECORD_SIZE),
            section.text("buckets", AUTO).equals(AUTO)
                ? 0
                : (int) section.count("buckets", 1, BUCKETS));
    section.finish();
    return config;
  }

  private static Input readInput(Section section) {
    String path = section.path("path");
    Format format = section.choice("format", Format.AUTO);
    if (section.has("source") && section.has("source-field")) {
      section.problem("source", "give either 'source' or 'source-field', not both");
    }
    String sourceField = section.text("source-field", "");
    String source =
        section.text("source", sourceField.isEmpty() ? SourceName.fromPath(path) : "").strip();
    if (sourceField.isEmpty() && source.isEmpty()) {
      section.problem("source", "blank; give the source a name");
    }
    if (format == Format.TEXT || format == Format.WET) {
      List<String> impossible = new ArrayList<>(List.of("text-field", "id-field", "tokens-field"));
      if (format == Format.TEXT) {
        impossible.add("source-field");
      }
      for (String key : impossible) {
        if (section.has(key)) {
          section.problem(
              key, "a record of format '" + Section.name(format) + "' has no fields; leave it out");
        }
      }
    }
    Input input =
        new Input(
            path,
            format,
            source,
            sourceField,
            section.text("text-field", Input.DEFAULT_TEXT_FIELD),
            section.text("id-field", Input.DEFAULT_ID_FIELD),
            section.text("tokens-field", ""));
    section.finish();
    return input;
  }
}
