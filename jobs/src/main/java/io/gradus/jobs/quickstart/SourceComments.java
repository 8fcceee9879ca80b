package io.gradus.jobs.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What the programmers of Apache Lucene wrote beside their code: the comments of every {@code
 * every}-th source file, one document a file. A file without comments gives none.
 */
record SourceComments(int every) implements Extraction {
  private static final String FOLDER = "org/apache/lucene/";

  @Override
  public void extract(ArtifactEntries artifact, Path folder) throws IOException {
    try (JsonLines lines = new JsonLines(folder.resolve("comments.jsonl.gz"))) {
      for (String name : artifact.names(FOLDER, ".java", every)) {
        String comments = JavaComments.of(artifact.text(name));
        if (!comments.isEmpty()) {
          ObjectNode document = JsonLines.MAPPER.createObjectNode();
          document.put("path", name);
          document.putObject("content").put("language", "en").put("comments", comments);
          lines.write(document);
        }
      }
    }
  }
}
