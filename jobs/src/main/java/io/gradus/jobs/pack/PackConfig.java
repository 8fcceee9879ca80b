package io.gradus.jobs.pack;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.table.ShardFormat;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The section {@code pack}.
 *
 * @param formats what to write, in the order of {@link ShardFormat}
 * @param sequenceLength tokens of one training sequence
 * @param shardTokens tokens of one shard; where it is no multiple of the sequence length, shards
 *     hold the next multiple, which the result states
 */
public record PackConfig(List<ShardFormat> formats, long sequenceLength, long shardTokens) {
  private static final List<String> USUAL_FORMATS = List.of("mds", "megatron", "parquet");
  private static final Range SEQUENCE_LENGTH = new Range(2, 1 << 24);

  public PackConfig {
    formats = List.copyOf(formats);
  }

  /** Reads the section; every problem goes to the section's problems. */
  public static PackConfig read(Section section) {
    Set<ShardFormat> formats = EnumSet.noneOf(ShardFormat.class);
    List<String> labels = Arrays.stream(ShardFormat.values()).map(ShardFormat::label).toList();
    for (String text : section.texts("formats", USUAL_FORMATS)) {
      Optional<ShardFormat> format = ShardFormat.labelled(text);
      if (format.isPresent()) {
        formats.add(format.get());
      } else {
        section.problem(
            "formats",
            "'"
                + text
                + "' is not one of "
                + String.join(", ", labels)
                + Suggestion.nearest(text, labels)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(""));
        formats.add(ShardFormat.MDS);
      }
    }
    if (formats.isEmpty()) {
      section.problem("formats", "is empty; name at least one of " + String.join(", ", labels));
    }
    long sequenceLength = section.count("sequence-length", 2048, SEQUENCE_LENGTH);
    long shardTokens = section.count("shard-tokens", 64_000_000, Range.AT_LEAST_ONE);
    long most = MdsLayout.mostTokens(Math.toIntExact(sequenceLength));
    if (formats.contains(ShardFormat.MDS) && shardTokens > most) {
      section.problem(
          "shard-tokens",
          "an mds shard must stay below 4 GiB; give at most "
              + most
              + ", or leave mds out of pack.formats");
    }
    section.finish();
    return new PackConfig(
        formats.stream().sorted().collect(Collectors.toList()), sequenceLength, shardTokens);
  }
}
