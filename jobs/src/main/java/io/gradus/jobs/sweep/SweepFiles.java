package io.gradus.jobs.sweep;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sweep.SweepReport.Criterion;
import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The report as Parquet: {@code table/} has a row for each setting, and beside it {@code
 * criteria/}, {@code sources/} and {@code topics/} one for each setting and criterion, source or
 * topic. Settings that cannot be done have a row in {@code table/} alone.
 */
final class SweepFiles {
  private static final MessageType SETTINGS =
      MessageTypeParser.parseMessageType(
          "message settings { required int32 setting; required binary mix (UTF8);"
              + " required double temperature; required binary quotas (UTF8);"
              + " required binary budget (UTF8); required int64 budget_tokens;"
              + " required boolean current; required boolean front;"
              + " optional binary impossible (UTF8); optional int64 tokens;"
              + " optional int64 documents; optional int64 distinct_documents;"
              + " optional double repeats; optional double quality; optional double diversity;"
              + " optional double diversity_error; optional double effective_documents;"
              + " optional double source_entropy; optional double source_divergence;"
              + " optional double topic_entropy; optional double topic_divergence;"
              + " optional double top_overlap; optional double uniform_overlap;"
              + " optional int32 short_groups; }");

  private static final MessageType CRITERIA =
      MessageTypeParser.parseMessageType(
          "message criteria { required int32 setting; required binary criterion (UTF8);"
              + " required int64 tokens; required double mean; required double mean_error;"
              + " required double p05; required double p25; required double p50;"
              + " required double p75; required double p95; required double quantile_error; }");

  private static final MessageType SOURCES =
      MessageTypeParser.parseMessageType(
          "message sources { required int32 setting; required binary source (UTF8);"
              + " required int64 tokens; }");

  private static final MessageType TOPICS =
      MessageTypeParser.parseMessageType(
          "message topics { required int32 setting; required int32 topic; required int64 tokens; }");

  private SweepFiles() {}

  /**
   * Writes all tables.
   *
   * @param places of the report's settings, in their order
   */
  static void write(
      Configuration hadoop,
      StageDirectory output,
      SweepReport report,
      List<SweepGrid.Place> places,
      SweepFigures figures)
      throws IOException {
    write(hadoop, output.table(), SETTINGS, rows -> settings(report, rows));
    write(hadoop, output.file("criteria"), CRITERIA, rows -> criteria(report, rows));
    write(
        hadoop,
        output.file("sources"),
        SOURCES,
        rows -> {
          for (Setting setting : possible(report)) {
            long[] tokens = figures.tokensBySource(places.get(setting.number()));
            for (int source = 0; source < tokens.length; source++) {
              rows.write(
                  rows.next()
                      .append("setting", setting.number())
                      .append("source", figures.sources().get(source))
                      .append("tokens", tokens[source]));
            }
          }
        });
    write(
        hadoop,
        output.file("topics"),
        TOPICS,
        rows -> {
          for (Setting setting : possible(report)) {
            long[] tokens = figures.tokensByTopic(places.get(setting.number()));
            for (int topic = 0; topic < tokens.length; topic++) {
              rows.write(
                  rows.next()
                      .append("setting", setting.number())
                      .append("topic", topic)
                      .append("tokens", tokens[topic]));
            }
          }
        });
  }

  private static List<Setting> possible(SweepReport report) {
    return report.settings().stream().filter(setting -> setting.figures() != null).toList();
  }

  private static void settings(SweepReport report, Rows rows) throws IOException {
    for (Setting setting : report.settings()) {
      Group row =
          rows.next()
              .append("setting", setting.number())
              .append("mix", setting.mix())
              .append("temperature", setting.temperature())
              .append("quotas", setting.quotas())
              .append("budget", setting.budget())
              .append("budget_tokens", setting.budgetTokens())
              .append("current", setting.current())
              .append("front", setting.front());
      if (setting.impossible() != null) {
        row.append("impossible", setting.impossible());
      }
      if (setting.figures() != null) {
        append(row, setting.figures());
      }
      rows.write(row);
    }
  }

  private static void append(Group row, Figures figures) {
    row.append("tokens", figures.tokens())
        .append("documents", figures.documents())
        .append("distinct_documents", figures.distinctDocuments())
        .append("repeats", figures.repeats())
        .append("quality", figures.quality())
        .append("diversity", figures.diversity())
        .append("diversity_error", figures.diversityError())
        .append("effective_documents", figures.effectiveDocuments())
        .append("source_entropy", figures.sourceEntropy())
        .append("source_divergence", figures.sourceDivergence())
        .append("topic_entropy", figures.topicEntropy())
        .append("topic_divergence", figures.topicDivergence())
        .append("top_overlap", figures.topOverlap())
        .append("uniform_overlap", figures.uniformOverlap())
        .append("short_groups", figures.shortGroups());
  }

  private static void criteria(SweepReport report, Rows rows) throws IOException {
    for (Setting setting : possible(report)) {
      for (Criterion criterion : setting.figures().criteria()) {
        rows.write(
            rows.next()
                .append("setting", setting.number())
                .append("criterion", criterion.name())
                .append("tokens", criterion.tokens())
                .append("mean", criterion.mean())
                .append("mean_error", criterion.meanError())
                .append("p05", criterion.quantiles().get(0))
                .append("p25", criterion.quantiles().get(1))
                .append("p50", criterion.quantiles().get(2))
                .append("p75", criterion.quantiles().get(3))
                .append("p95", criterion.quantiles().get(4))
                .append("quantile_error", criterion.quantileError()));
      }
    }
  }

  /** A file's rows on their way. */
  private record Rows(SimpleGroupFactory factory, ParquetWriter<Group> writer) {
    Group next() {
      return factory.newGroup();
    }

    void write(Group row) throws IOException {
      writer.write(row);
    }
  }

  @FunctionalInterface
  private interface Content {
    void write(Rows rows) throws IOException;
  }

  private static void write(Configuration hadoop, Path folder, MessageType schema, Content content)
      throws IOException {
    Path file = new Path(folder, schema.getName() + ".parquet");
    Path temporary = AtomicFile.temporary(file);
    try (ParquetWriter<Group> writer = ParquetRows.write(hadoop, temporary, schema)) {
      content.write(new Rows(new SimpleGroupFactory(schema), writer));
    }
    AtomicFile.commit(file.getFileSystem(hadoop), temporary, file);
  }
}
