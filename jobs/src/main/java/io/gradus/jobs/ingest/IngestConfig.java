package io.gradus.jobs.ingest;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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
  private static final Key<List<Section>> INPUTS =
      Key.sections("inputs", "What to read, at least one.", Input.KEYS).otherwise("compulsory");
  private static final Key<String> TOKENIZER =
      Key.text(
          "tokenizer",
          "gpt2",
          "The training tokenizer: `gpt2`, `cl100k`, `o200k`, or the path of a `tokenizer.json`.");
  private static final Key<String> END_OF_TEXT =
      Key.text(
          "end-of-text",
          "",
          "The token of a `tokenizer.json` that ends a document; the usual names are looked for.");
  private static final Key<Double> MAX_BAD_RECORDS =
      Key.number(
          "max-bad-records",
          0.01,
          Range.SHARE,
          "The largest share of records that may be bad; more of them stop the run.");
  private static final Key<Long> MAX_UNREADABLE_FILES =
      Key.count(
          "max-unreadable-files",
          0,
          new Range(0, Integer.MAX_VALUE),
          "How many files may be corrupt, cut off or not what their names say.");
  private static final Key<Long> MAX_RECORD_SIZE =
      Key.bytes(
          "max-record-size",
          64L << 20,
          new Range(1, 1L << 30),
          "Larger records are bad; a task holds one record at a time.");
  private static final Range BUCKET_COUNT = new Range(1, 1_000_000);

  /** What {@link #BUCKETS} is where the number follows from the data. */
  private static final String AUTO = "auto";

  private static final Key<Integer> BUCKETS =
      Key.of(
          "buckets",
          "`" + AUTO + "`, or a count, " + BUCKET_COUNT,
          "`" + AUTO + "`",
          (section, name, none) ->
              section.text(name, AUTO).equals(AUTO)
                  ? 0
                  : Math.toIntExact(section.count(name, 1, BUCKET_COUNT)),
          "Files of documents, which are the unit of rating and resumption; by default their number"
              + " follows from the size of the data.");

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(
          INPUTS,
          TOKENIZER,
          END_OF_TEXT,
          MAX_BAD_RECORDS,
          MAX_UNREADABLE_FILES,
          MAX_RECORD_SIZE,
          BUCKETS);

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

    private static final Key<String> PATH =
        Key.path("path", "A file, a folder (with all below it) or a glob.");
    private static final Key<Format> FORMAT =
        Key.choice("format", Format.AUTO, "How its files are read; `auto` goes by their names.");
    private static final Key<String> SOURCE =
        Key.text("source", "The source of all its records.").otherwise("from the path");
    private static final Key<String> SOURCE_FIELD =
        Key.text(
            "source-field", "", "The field that holds a record's source, in place of `source`.");
    private static final Key<String> TEXT_FIELD =
        Key.text("text-field", DEFAULT_TEXT_FIELD, "The field that holds the text.");
    private static final Key<String> ID_FIELD =
        Key.text(
            "id-field",
            DEFAULT_ID_FIELD,
            "The field that becomes `external_id`, where a record has it.");
    private static final Key<String> TOKENS_FIELD =
        Key.text(
            "tokens-field",
            "",
            "The field that holds token ids of the training tokenizer; they are taken as they are.");

    /** The keys of an input. */
    static final Keys KEYS =
        Keys.of(PATH, FORMAT, SOURCE, SOURCE_FIELD, TEXT_FIELD, ID_FIELD, TOKENS_FIELD);

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
    for (Section input : section.read(INPUTS)) {
      inputs.add(readInput(input));
    }
    if (!section.has(INPUTS)) {
      section.problem(
          INPUTS, "missing; give a list such as [ { path = \"raw/*.jsonl.zst\", source = wiki } ]");
    } else if (inputs.isEmpty()) {
      section.problem(INPUTS, "empty; give at least one { path = ... }");
    }
    String tokenizer = section.read(TOKENIZER);
    if (!Tokenizers.isBuiltIn(tokenizer)) {
      Tokenizers.nameProblem(tokenizer).ifPresent(message -> section.problem(TOKENIZER, message));
      tokenizer = section.path(TOKENIZER.name());
    }
    String endOfText = section.read(END_OF_TEXT);
    if (!endOfText.isEmpty() && Tokenizers.isBuiltIn(tokenizer)) {
      section.problem(
          END_OF_TEXT,
          "'" + tokenizer + "' has its own end of text; leave this out, or name a tokenizer.json");
    }
    IngestConfig config =
        new IngestConfig(
            inputs,
            tokenizer,
            endOfText,
            section.read(MAX_BAD_RECORDS),
            section.read(MAX_UNREADABLE_FILES),
            section.read(MAX_RECORD_SIZE),
            section.read(BUCKETS));
    section.finish(KEYS);
    return config;
  }

  private static Input readInput(Section section) {
    String path = section.read(Input.PATH);
    Format format = section.read(Input.FORMAT);
    if (section.has(Input.SOURCE) && section.has(Input.SOURCE_FIELD)) {
      section.problem(Input.SOURCE, "give either 'source' or 'source-field', not both");
    }
    String sourceField = section.read(Input.SOURCE_FIELD);
    String source =
        section.read(Input.SOURCE, sourceField.isEmpty() ? SourceName.fromPath(path) : "").strip();
    if (sourceField.isEmpty() && source.isEmpty()) {
      section.problem(Input.SOURCE, "blank; give the source a name");
    }
    if (format == Format.TEXT || format == Format.WET) {
      List<Key<?>> impossible =
          new ArrayList<>(List.of(Input.TEXT_FIELD, Input.ID_FIELD, Input.TOKENS_FIELD));
      if (format == Format.TEXT) {
        impossible.add(Input.SOURCE_FIELD);
      }
      for (Key<?> key : impossible) {
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
            section.read(Input.TEXT_FIELD),
            section.read(Input.ID_FIELD),
            section.read(Input.TOKENS_FIELD));
    section.finish(Input.KEYS);
    return input;
  }
}
