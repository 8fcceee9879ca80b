package io.gradus.jobs.sample;

import io.gradus.common.table.ParquetRows;
import io.gradus.common.workspace.AtomicFile;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** All quota groups as a Parquet file, since there may be more than a manifest should hold. */
final class GroupsFile {
  private static final MessageType SCHEMA =
      MessageTypeParser.parseMessageType(
          "message groups { required binary name (UTF8); required int64 available;"
              + " required int64 quota; required int64 budget; required int64 tokens;"
              + " required int64 documents; optional double least_key; }");

  private GroupsFile() {}

  static void write(Configuration hadoop, Path folder, List<SampleResult.Group> groups)
      throws IOException {
    Path file = new Path(folder, "groups.parquet");
    Path temporary = AtomicFile.temporary(file);
    FileSystem fileSystem = file.getFileSystem(hadoop);
    SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
    try (ParquetWriter<Group> writer = ParquetRows.write(hadoop, temporary, SCHEMA)) {
      for (SampleResult.Group group : groups) {
        Group row =
            rows.newGroup()
                .append("name", group.name())
                .append("available", group.available())
                .append("quota", group.quota())
                .append("budget", group.budget())
                .append("tokens", group.tokens())
                .append("documents", group.documents());
        if (group.leastKey() != null) {
          row.append("least_key", group.leastKey());
        }
        writer.write(row);
      }
    }
    AtomicFile.commit(fileSystem, temporary, file);
  }
}
