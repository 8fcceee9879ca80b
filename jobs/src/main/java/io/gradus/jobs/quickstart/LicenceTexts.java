package io.gradus.jobs.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Every {@code every}-th record of the SPDX licence list. Raw as it is: many texts repeat each
 * other in part or whole, and the list's exceptions keep their text under another field name, so
 * that they arrive as records without text. Only texts in other languages than English are left
 * out.
 */
record LicenceTexts(int every) implements Extraction {
  private static final String FOLDER = "resources/stdlicenses/";

  private static final String TEXT = "licenseText";

  /** The two indexes of the list hold no text. */
  private static final List<String> INDEXES = List.of("licenses.json", "exceptions.json");

  /** The same text again, as a template and as HTML, and what was found behind its links. */
  private static final List<String> REPETITIONS =
      List.of(
          "standardLicenseTemplate",
          "standardLicenseHeaderTemplate",
          "standardLicenseHeaderHtml",
          "licenseTextHtml",
          "licenseExceptionTemplate",
          "exceptionTextHtml",
          "crossRef");

  @Override
  public void extract(ArtifactEntries artifact, Path folder) throws IOException {
    try (JsonLines lines = new JsonLines(folder.resolve("licences.jsonl"))) {
      for (String name : artifact.names(FOLDER, ".json", every)) {
        if (!INDEXES.contains(name.substring(FOLDER.length()))) {
          ObjectNode licence = (ObjectNode) JsonLines.MAPPER.readTree(artifact.text(name));
          if (!licence.has(TEXT) || EnglishFilter.accepts(licence.get(TEXT).asText())) {
            lines.write(licence.remove(REPETITIONS));
          }
        }
      }
    }
  }
}
