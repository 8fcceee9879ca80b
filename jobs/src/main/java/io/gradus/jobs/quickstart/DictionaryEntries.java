package io.gradus.jobs.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * WordNet as a dictionary: a document for each word of two or more meanings (of these every {@code
 * every}-th), with its definitions and quotations by part of speech.
 */
record DictionaryEntries(int every) implements Extraction {
  private static final String FOLDER = "net/sf/extjwnl/data/wordnet/wn31/";

  /** Name in the artifact's files, name in the documents. */
  private static final Map<String, String> PARTS_OF_SPEECH =
      new TreeMap<>(Map.of("noun", "noun", "verb", "verb", "adj", "adjective", "adv", "adverb"));

  @Override
  public void extract(ArtifactEntries artifact, Path folder) throws IOException {
    try (JsonLines lines = new JsonLines(folder.resolve("entries.jsonl"))) {
      int ambiguous = 0;
      for (Map.Entry<String, List<Meaning>> word : meanings(artifact).entrySet()) {
        if (word.getValue().size() >= 2 && ambiguous++ % every == 0) {
          ObjectNode entry = JsonLines.MAPPER.createObjectNode();
          entry.put("id", word.getKey());
          entry.put("meanings", word.getValue().size());
          entry.put("text", text(word.getKey().replace('_', ' '), word.getValue()));
          lines.write(entry);
        }
      }
    }
  }

  private static String text(String word, List<Meaning> meanings) {
    StringBuilder text = new StringBuilder(word);
    String previous = "";
    int number = 0;
    for (Meaning meaning : meanings) {
      if (!meaning.partOfSpeech().equals(previous)) {
        previous = meaning.partOfSpeech();
        number = 0;
        text.append("\n\n").append(previous);
      }
      text.append('\n').append(++number).append(". ").append(meaning.definition());
    }
    return text.toString();
  }

  private static Map<String, List<Meaning>> meanings(ArtifactEntries artifact) throws IOException {
    Map<String, List<Meaning>> words = new TreeMap<>();
    for (Map.Entry<String, String> part : PARTS_OF_SPEECH.entrySet()) {
      Map<String, String> definitions = definitions(artifact, part.getKey());
      for (String line : records(artifact, "index." + part.getKey())) {
        // word, ..., number of meanings (third field), ..., their offsets (last fields)
        String[] fields = line.strip().split(" +", -1);
        List<Meaning> meanings = words.computeIfAbsent(fields[0], w -> new ArrayList<>());
        for (int i = fields.length - Integer.parseInt(fields[2]); i < fields.length; i++) {
          meanings.add(new Meaning(part.getValue(), definitions.get(fields[i])));
        }
      }
    }
    return words;
  }

  /** Definition by offset. */
  private static Map<String, String> definitions(ArtifactEntries artifact, String part)
      throws IOException {
    Map<String, String> definitions = new HashMap<>();
    for (String line : records(artifact, "data." + part)) {
      String offset = line.substring(0, line.indexOf(' '));
      definitions.put(offset, line.substring(line.indexOf("| ") + 2).strip());
    }
    return definitions;
  }

  /** Lines of a WordNet file without those of the licence at its top, which are indented. */
  private static List<String> records(ArtifactEntries artifact, String name) throws IOException {
    return artifact
        .text(FOLDER + name)
        .lines()
        .filter(line -> !line.isEmpty() && !line.startsWith(" "))
        .toList();
  }

  private record Meaning(String partOfSpeech, String definition) {}
}
