package io.gradus.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small corpora of made-up sentences, and the pipeline to go with them. */
final class GeneratedCorpus {
  private static final String[] SUBJECTS = {
    "The old bridge", "A careful engineer", "My neighbour", "The committee", "This equation",
    "Every compiler", "The harbour", "A young botanist", "The second law", "Our bakery"
  };
  private static final String[] VERBS = {
    "describes",
    "rarely improves",
    "has measured",
    "forgets",
    "explains",
    "carries",
    "compares",
    "repairs",
    "depends on",
    "surprises"
  };
  private static final String[] OBJECTS = {
    "the temperature of the water",
    "an unfinished proof",
    "seven kinds of bread",
    "the noise in the signal",
    "a letter from the ministry",
    "whatever people buy on Sundays",
    "the growth of ferns",
    "its own source code",
    "the timetable",
    "a theory of tides"
  };

  private GeneratedCorpus() {}

  /** JSON lines with {@code id}, {@code text} and {@code site}. */
  static List<String> lines(int documents, long seed) {
    Random random = new Random(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      StringBuilder text = new StringBuilder();
      int sentences = 1 + random.nextInt(25);
      for (int sentence = 0; sentence < sentences; sentence++) {
        text.append(SUBJECTS[random.nextInt(SUBJECTS.length)])
            .append(' ')
            .append(VERBS[random.nextInt(VERBS.length)])
            .append(' ')
            .append(OBJECTS[random.nextInt(OBJECTS.length)])
            .append(random.nextInt(9) == 0 ? " in " + (1500 + random.nextInt(520)) : "")
            .append(". ");
      }
      lines.add(
          "{\"id\": \"d%d\", \"site\": \"site-%d\", \"text\": \"%s\"}"
              .formatted(i, random.nextInt(3), text.toString().strip()));
    }
    return lines;
  }

  /** Deals the lines into files, as evenly as it goes. */
  static Path write(Path folder, List<String> lines, int files) throws IOException {
    Files.createDirectories(folder);
    for (int file = 0; file < files; file++) {
      int from = (int) ((long) file * lines.size() / files);
      int to = (int) ((file + 1L) * lines.size() / files);
      Files.write(folder.resolve("part-%02d.jsonl".formatted(file)), lines.subList(from, to));
    }
    return folder;
  }

  /** A pipeline over a folder of such files, with shards of several layouts. */
  static Path pipeline(Path file, Path input, Path workspace) {
    String text =
        """
        pipeline { name = generated, workspace = "%s", seed = 7 }
        ingest { inputs = [ { path = "%s/*.jsonl", source-field = site } ], tokenizer = gpt2
                 buckets = 16 }
        sample { method = temperature, temperature = 1.0, tokens = 50%%, quotas = proportional }
        pack { formats = [ mds, mds-zstd, megatron, olmo, parquet, litdata, jsonl ]
               sequence-length = 64, shard-tokens = 1024, boundaries = on
               packing = best-fit, best-fit-window = 2048
               layouts { mds { canonical-nodes = 2 }
                         parquet { ranks = 2, workers = 2, micro-batch = 2 }
                         litdata { ranks = 2, workers = 1, micro-batch = 4 } } }
        advise { parameters = 10M, batch-tokens = 1024, peak-learning-rate = 1e-3 }
        """
            .formatted(workspace, input);
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
