package io.gradus.jobs.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.ingest.IngestConfig.Input;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The Parquet files of one input, read by Spark into the few columns that a document needs. */
final class ParquetInput {
  static final String PATH = "path";
  static final String ROW_INDEX = "row_index";
  static final String TEXT = "text";
  static final String ID = "id";
  static final String SOURCE = "source";
  static final String TOKENS = "tokens";
  static final String REST = "rest";

  /** Times with all their digits and a fixed zone: {@code meta} must not depend on the session. */
  private static final Map<String, String> JSON_OPTIONS =
      Map.of(
          "timeZone", "UTC",
          "timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
          "timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

  private final SparkSession session;
  private final Input input;
  private final String place;
  private final Dataset<Row> files;
  private final StructType schema;

  /**
   * Opens the files of one input; they may have different columns, but not one column of two types.
   *
   * @param index the input's number in {@code ingest.inputs}
   * @param together all readable files of the input, whose columns make the schema
   * @param files those of them to read
   */
  ParquetInput(
      SparkSession session,
      Input input,
      int index,
      List<InputFile> together,
      List<InputFile> files) {
    this.session = session;
    this.input = input;
    this.place = "ingest.inputs[" + index + "]";
    try {
      this.schema = mergedSchema(together);
      this.files = session.read().schema(schema).parquet(paths(files));
    } catch (Exception e) {
      if (e instanceof SparkException || e instanceof AnalysisException) {
        throw new UserMistake(
            place
                + ".path: the Parquet files of '"
                + input.path()
                + "' do not fit together ("
                + e.getMessage()
                + "). Give files of different columns inputs of their own.",
            e);
      }
      throw e;
    }
  }

  private StructType mergedSchema(List<InputFile> together) {
    return session.read().option("mergeSchema", "true").parquet(paths(together)).schema();
  }

  private static String[] paths(List<InputFile> files) {
    return files.stream().map(file -> escapeGlob(file.path())).toArray(String[]::new);
  }

  /** Whether some of the files alone would be read with the same columns in the same order. */
  boolean hasColumnsOf(List<InputFile> some) {
    return mergedSchema(some).equals(schema);
  }

  JavaRDD<Outcome> records(DocumentRules rules) {
    List<String> used = used();
    Column position = files.metadataColumn("_metadata");
    return files
        .select(
            position.getField("file_path").as(PATH),
            position.getField("row_index").as(ROW_INDEX),
            text().as(TEXT),
            id().as(ID),
            source().as(SOURCE),
            tokens().as(TOKENS),
            rest().as(REST))
        .toJavaRDD()
        .map(row -> new ParquetRecord(used, rules).read(row));
  }

  private Column text() {
    Optional<DataType> type = type(input.textField());
    if (type.isEmpty()) {
      if (input.hasTokensField()) {
        return lit(null).cast("binary");
      }
      throw missing("text-field", input.textField());
    }
    if (!(type.get() instanceof StringType || type.get() instanceof BinaryType)) {
      throw wrongType("text-field", input.textField(), type.get(), "text");
    }
    // As bytes, so that what is not UTF-8 is seen and not silently replaced.
    return column(input.textField()).cast("binary");
  }

  private Column id() {
    Optional<DataType> type = type(input.idField());
    if (type.isEmpty() && !input.idField().equals(Input.DEFAULT_ID_FIELD)) {
      throw missing("id-field", input.idField());
    }
    return hasId() ? column(input.idField()).cast("string") : lit(null).cast("string");
  }

  /** Whether {@code external_id} is read; what is no single value stays in {@code meta}. */
  private boolean hasId() {
    return type(input.idField()).filter(ParquetInput::isSingleValue).isPresent();
  }

  private Column source() {
    if (!input.hasSourceField()) {
      return lit(input.source());
    }
    DataType type =
        type(input.sourceField()).orElseThrow(() -> missing("source-field", input.sourceField()));
    if (!isSingleValue(type)) {
      throw wrongType("source-field", input.sourceField(), type, "a single value");
    }
    return column(input.sourceField()).cast("string");
  }

  private Column tokens() {
    if (!input.hasTokensField()) {
      return lit(null).cast("array<bigint>");
    }
    DataType type =
        type(input.tokensField()).orElseThrow(() -> missing("tokens-field", input.tokensField()));
    if (!(type instanceof ArrayType array && array.elementType() instanceof IntegralType)) {
      throw wrongType("tokens-field", input.tokensField(), type, "a list of whole numbers");
    }
    return column(input.tokensField()).cast("array<bigint>");
  }

  /** The fields that are read into columns of their own. */
  private List<String> used() {
    List<String> used =
        new ArrayList<>(List.of(input.textField(), input.tokensField(), input.sourceField()));
    if (hasId()) {
      used.add(input.idField());
    }
    return List.copyOf(used);
  }

  /** All columns that are not read as a field already, as JSON. */
  private Column rest() {
    List<String> used = used();
    Column[] rest =
        Arrays.stream(schema.fieldNames())
            .filter(name -> !used.contains(name))
            .map(name -> col(quoted(name)))
            .toArray(Column[]::new);
    return rest.length == 0 ? lit(null).cast("string") : to_json(struct(rest), JSON_OPTIONS);
  }

  private Optional<DataType> type(String dotted) {
    return type(schema, dotted);
  }

  /** A column literally called {@code a.b} goes before the field b of a column a. */
  private static Optional<DataType> type(StructType struct, String dotted) {
    for (StructField field : struct.fields()) {
      if (field.name().equals(dotted)) {
        return Optional.of(field.dataType());
      }
    }
    int dot = dotted.indexOf('.');
    if (dot < 0) {
      return Optional.empty();
    }
    return Arrays.stream(struct.fields())
        .filter(field -> field.name().equals(dotted.substring(0, dot)))
        .map(StructField::dataType)
        .filter(StructType.class::isInstance)
        .findFirst()
        .flatMap(child -> type((StructType) child, dotted.substring(dot + 1)));
  }

  private Column column(String dotted) {
    if (Arrays.asList(schema.fieldNames()).contains(dotted)) {
      return col(quoted(dotted));
    }
    return col(
        Arrays.stream(dotted.split("\\.", -1))
            .map(ParquetInput::quoted)
            .collect(Collectors.joining(".")));
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static boolean isSingleValue(DataType type) {
    return !(type instanceof StructType || type instanceof ArrayType || type instanceof MapType);
  }

  private static String escapeGlob(String path) {
    return path.replaceAll("([\\\\*?\\[\\]{}])", "\\\\$1");
  }

  private UserMistake missing(String key, String name) {
    List<String> columns = List.of(schema.fieldNames());
    return new UserMistake(
        place
            + "."
            + key
            + ": the Parquet files of '"
            + input.path()
            + "' have no column '"
            + name
            + "'; "
            + Suggestion.nearest(name, columns)
                .map(near -> "did you mean '" + near + "'? ")
                .orElse("")
            + "They have "
            + String.join(", ", columns)
            + ".");
  }

  private UserMistake wrongType(String key, String name, DataType type, String expected) {
    return new UserMistake(
        place
            + "."
            + key
            + ": column '"
            + name
            + "' of '"
            + input.path()
            + "' has the type "
            + type.simpleString()
            + ", but must hold "
            + expected
            + ". Name another column.");
  }
}
