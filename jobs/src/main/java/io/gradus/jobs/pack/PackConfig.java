package io.gradus.jobs.pack;

import io.gradus.common.configuration.Range;
import io.gradus.common.configuration.Section;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.Packing;
import io.gradus.common.table.ShardFormat;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The section {@code pack}.
 *
 * @param formats what to write, in the order of {@link ShardFormat}
 * @param layouts for formats that are not laid out for any reader, the topology they are laid out
 *     for
 * @param sequenceLength tokens of one training sequence
 * @param shardTokens tokens of one shard; where it is no multiple of the sequence length, shards
 *     hold the next multiple, which the result states
 * @param packing how documents are put into sequences
 * @param windowTokens stream tokens that best-fit packs together; 0 where it is not used
 * @param beginOfText the id of a token before each document, or {@link PackedShards#NO_TOKEN}
 * @param boundaries whether formats that can say it say where documents end in a sequence
 * @param globalBatch sequences of one optimizer step
 */
public record PackConfig(
    List<ShardFormat> formats,
    Map<ShardFormat, LayoutConfig> layouts,
    long sequenceLength,
    long shardTokens,
    Packing packing,
    long windowTokens,
    int beginOfText,
    boolean boundaries,
    long globalBatch) {
  private static final List<String> USUAL_FORMATS = List.of("mds", "megatron", "parquet");
  private static final Range SEQUENCE_LENGTH = new Range(2, 1 << 24);
  private static final Range TOKEN = new Range(0, Integer.MAX_VALUE - 1);
  private static final long DEFAULT_WINDOW_SEQUENCES = 2048;

  public PackConfig {
    formats = List.copyOf(formats);
    layouts = new TreeMap<>(layouts);
  }

  /** Documents follow each other, and shards too, with a global batch of one sequence. */
  public PackConfig(List<ShardFormat> formats, long sequenceLength, long shardTokens) {
    this(
        formats,
        Map.of(),
        sequenceLength,
        shardTokens,
        Packing.CONCATENATE,
        0,
        PackedShards.NO_TOKEN,
        false,
        1);
  }

  /**
   * Reads the section; every problem goes to the section's problems.
   *
   * @param batchTokens tokens of one optimizer step, from which the global batch follows where the
   *     section does not say it
   */
  public static PackConfig read(Section section, long batchTokens) {
    List<ShardFormat> formats = formats(section);
    Map<ShardFormat, LayoutConfig> layouts = layouts(section.section("layouts"), formats);
    long sequenceLength = section.count("sequence-length", 2048, SEQUENCE_LENGTH);
    long shardTokens = section.count("shard-tokens", 64_000_000, Range.AT_LEAST_ONE);
    long most = MdsLayout.mostTokens(Math.toIntExact(sequenceLength));
    boolean offsets =
        formats.contains(ShardFormat.MDS)
            || formats.contains(ShardFormat.MDS_ZSTD)
            || formats.contains(ShardFormat.LITDATA);
    if (offsets && shardTokens > most) {
      section.problem(
          "shard-tokens",
          "a shard of mds or litdata must stay below 4 GiB; give at most "
              + most
              + ", or leave these out of pack.formats");
    }
    Packing packing = section.choice("packing", Packing.CONCATENATE);
    if (packing == Packing.BEST_FIT && formats.contains(ShardFormat.DATATROVE)) {
      section.problem(
          "packing",
          "best-fit keeps documents whole in sequences, and datatrove's reader cuts rows of one"
              + " token more; leave datatrove out of pack.formats, or take concatenate");
    }
    PackConfig config =
        new PackConfig(
            formats,
            layouts,
            sequenceLength,
            shardTokens,
            packing,
            window(section, packing, sequenceLength),
            section.has("begin-of-text")
                ? (int) section.count("begin-of-text", TOKEN)
                : PackedShards.NO_TOKEN,
            section.flag("boundaries", false),
            section.count(
                "global-batch",
                Math.max(1, Math.round((double) batchTokens / sequenceLength)),
                Range.AT_LEAST_ONE));
    section.finish();
    return config;
  }

  private static List<ShardFormat> formats(Section section) {
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
    return formats.stream().sorted().collect(Collectors.toList());
  }

  private static Map<ShardFormat, LayoutConfig> layouts(
      Section section, List<ShardFormat> formats) {
    Map<ShardFormat, LayoutConfig> layouts = new TreeMap<>();
    for (ShardFormat format : ShardFormat.values()) {
      String label = format.label();
      if (LayoutConfig.hasChoice(format) && section.has(label)) {
        LayoutConfig layout = LayoutConfig.read(section.section(label), format);
        if (!formats.contains(format)) {
          section.problem(label, "is not among pack.formats; add it there or remove this");
        } else if (!layout.equals(LayoutConfig.SORTED)) {
          layouts.put(format, layout);
        }
      }
    }
    section.finish();
    return layouts;
  }

  private static long window(Section section, Packing packing, long sequenceLength) {
    if (packing == Packing.CONCATENATE) {
      if (section.has("best-fit-window")) {
        section.problem("best-fit-window", "is only for packing = best-fit");
      }
      return 0;
    }
    long window =
        section.count(
            "best-fit-window", DEFAULT_WINDOW_SEQUENCES * sequenceLength, Range.AT_LEAST_ONE);
    if (window < sequenceLength) {
      section.problem(
          "best-fit-window",
          String.format("must hold a sequence at least; give %d or more", sequenceLength));
    }
    return window;
  }

  /** How a format is laid out. */
  LayoutConfig layout(ShardFormat format) {
    return layouts.getOrDefault(format, LayoutConfig.SORTED);
  }

  /** What is added to each document. */
  DocumentMarks marks(int endOfText) {
    return new DocumentMarks(beginOfText, endOfText);
  }
}
