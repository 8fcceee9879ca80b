package io.gradus.jobs.pack;

import io.gradus.common.configuration.Key;
import io.gradus.common.configuration.Keys;
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
  private static final List<String> LABELS =
      Arrays.stream(ShardFormat.values()).map(ShardFormat::label).toList();
  private static final long WINDOW_SEQUENCES = 2048;

  private static final Key<List<String>> FORMATS =
      Key.words(
          "formats",
          LABELS,
          List.of("mds", "megatron", "parquet"),
          "What shards are written as; all of them from one pass.");
  private static final Key<Long> SEQUENCE_LENGTH =
      Key.count("sequence-length", 2048, new Range(2, 1 << 24), "Tokens of a training sequence.");
  private static final Key<Long> SHARD_TOKENS =
      Key.count(
          "shard-tokens",
          64_000_000,
          Range.AT_LEAST_ONE,
          "Tokens of a shard, rounded up to whole sequences.");
  private static final Key<Packing> PACKING =
      Key.choice(
          "packing",
          Packing.CONCATENATE,
          "How documents are put into sequences: one after the other, or whole where they fit.");
  private static final Key<Long> BEST_FIT_WINDOW =
      Key.count(
              "best-fit-window",
              Range.AT_LEAST_ONE,
              "With `packing = best-fit`: tokens of the order that are packed together.")
          .otherwise(WINDOW_SEQUENCES + " sequences");
  private static final Key<Integer> BEGIN_OF_TEXT =
      Key.integer(
              "begin-of-text",
              new Range(0, Integer.MAX_VALUE - 1),
              "The id of a token that is put before each document.")
          .otherwise("none");
  private static final Key<Boolean> BOUNDARIES =
      Key.flag(
          "boundaries",
          false,
          "Whether formats that can say it say where documents end in a sequence.");
  private static final Key<Long> GLOBAL_BATCH =
      Key.count(
              "global-batch",
              Range.AT_LEAST_ONE,
              "Sequences of one optimizer step, for the steps in the shard lists.")
          .otherwise("`advise.batch-tokens` in sequences");
  private static final Map<ShardFormat, Key<Section>> FORMAT_LAYOUTS =
      Arrays.stream(ShardFormat.values())
          .filter(LayoutConfig::hasChoice)
          .collect(
              Collectors.toMap(
                  format -> format,
                  format ->
                      Key.section(
                          format.label(),
                          "The topology that `" + format.label() + "` is laid out for.",
                          LayoutConfig.keys(format)),
                  (one, other) -> one,
                  TreeMap::new));
  private static final Keys LAYOUT_KEYS = Keys.of(FORMAT_LAYOUTS.values().toArray(Key<?>[]::new));
  private static final Key<Section> LAYOUTS =
      Key.section(
          "layouts",
          "The topology whose loaders shall see the order, by format; others are sorted.",
          LAYOUT_KEYS);

  /** The keys of the section. */
  public static final Keys KEYS =
      Keys.of(
          FORMATS,
          SEQUENCE_LENGTH,
          SHARD_TOKENS,
          PACKING,
          BEST_FIT_WINDOW,
          BEGIN_OF_TEXT,
          BOUNDARIES,
          GLOBAL_BATCH,
          LAYOUTS);

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
    Map<ShardFormat, LayoutConfig> layouts = layouts(section.read(LAYOUTS), formats);
    long sequenceLength = section.read(SEQUENCE_LENGTH);
    long shardTokens = section.read(SHARD_TOKENS);
    long most = MdsLayout.mostTokens(Math.toIntExact(sequenceLength));
    boolean offsets =
        formats.contains(ShardFormat.MDS)
            || formats.contains(ShardFormat.MDS_ZSTD)
            || formats.contains(ShardFormat.LITDATA);
    if (offsets && shardTokens > most) {
      section.problem(
          SHARD_TOKENS,
          "a shard of mds or litdata must stay below 4 GiB; give at most "
              + most
              + ", or leave these out of pack.formats");
    }
    Packing packing = section.read(PACKING);
    if (packing == Packing.BEST_FIT && formats.contains(ShardFormat.DATATROVE)) {
      section.problem(
          PACKING,
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
            section.read(BEGIN_OF_TEXT, PackedShards.NO_TOKEN),
            section.read(BOUNDARIES),
            section.read(
                GLOBAL_BATCH, Math.max(1, Math.round((double) batchTokens / sequenceLength))));
    section.finish(KEYS);
    return config;
  }

  private static List<ShardFormat> formats(Section section) {
    Set<ShardFormat> formats = EnumSet.noneOf(ShardFormat.class);
    for (String text : section.read(FORMATS)) {
      Optional<ShardFormat> format = ShardFormat.labelled(text);
      if (format.isPresent()) {
        formats.add(format.get());
      } else {
        section.problem(
            FORMATS,
            "'"
                + text
                + "' is not one of "
                + String.join(", ", LABELS)
                + Suggestion.nearest(text, LABELS)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(""));
        formats.add(ShardFormat.MDS);
      }
    }
    if (formats.isEmpty()) {
      section.problem(FORMATS, "is empty; name at least one of " + String.join(", ", LABELS));
    }
    return formats.stream().sorted().collect(Collectors.toList());
  }

  private static Map<ShardFormat, LayoutConfig> layouts(
      Section section, List<ShardFormat> formats) {
    Map<ShardFormat, LayoutConfig> layouts = new TreeMap<>();
    FORMAT_LAYOUTS.forEach(
        (format, key) -> {
          if (section.has(key)) {
            LayoutConfig layout = LayoutConfig.read(section.read(key), format);
            if (!formats.contains(format)) {
              section.problem(key, "is not among pack.formats; add it there or remove this");
            } else if (!layout.equals(LayoutConfig.SORTED)) {
              layouts.put(format, layout);
            }
          }
        });
    section.finish(LAYOUT_KEYS);
    return layouts;
  }

  private static long window(Section section, Packing packing, long sequenceLength) {
    if (packing == Packing.CONCATENATE) {
      if (section.has(BEST_FIT_WINDOW)) {
        section.problem(BEST_FIT_WINDOW, "is only for packing = best-fit");
      }
      return 0;
    }
    long window = section.read(BEST_FIT_WINDOW, WINDOW_SEQUENCES * sequenceLength);
    if (window < sequenceLength) {
      section.problem(
          BEST_FIT_WINDOW,
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
