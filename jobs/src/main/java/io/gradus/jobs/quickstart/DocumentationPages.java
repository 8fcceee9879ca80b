package io.gradus.jobs.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Apache Camel's manual: every {@code every}-th AsciiDoc page, byte for byte, as plain files. */
record DocumentationPages(int every) implements Extraction {
  private static final String FOLDER = "org/apache/camel/catalog/docs/";

  @Override
  public void extract(ArtifactEntries artifact, Path folder) throws IOException {
    for (String name : artifact.names(FOLDER, ".adoc", every)) {
      try (InputStream in = artifact.open(name)) {
        Files.copy(in, folder.resolve(name.substring(FOLDER.length())));
      }
    }
  }
}
