package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.table.PackedShards;
import io.gradus.common.table.Packing;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.ShardFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PackConfigTest {
  private final Problems problems = new Problems();

  @Test
  void anEmptySectionMeansUsualFormatsAndSizes() {
    assertThat(read(""))
        .isEqualTo(
            new PackConfig(
                List.of(ShardFormat.MDS, ShardFormat.MEGATRON, ShardFormat.PARQUET),
                Map.of(),
                2048,
                64_000_000,
                Packing.CONCATENATE,
                0,
                PackedShards.NO_TOKEN,
                false,
                512));
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void formatsHaveOneOrderWhateverTheFileSays() {
    assertThat(read("formats = [ parquet, mds, parquet ]"))
        .isEqualTo(read("formats = [ mds, parquet ]"));
  }

  @Test
  void allProblemsAreToldAtOnce() {
    read("formats = [ mds, megatrom ], sequence-length = 1, shard-tokens = many, shards = 7");

    assertThat(messages())
        .containsExactly(
            "formats: 'megatrom' is not one of mds, mds-zstd, megatron, olmo, datatrove, parquet,"
                + " litdata, jsonl; did you mean 'megatron'?",
            "sequence-length: '1' must be between 2 and 16777216",
            "shard-tokens: 'many' is not a count such as 5000, 64M, 30B or 1.5T",
            "shards: unknown key; known here: begin-of-text, best-fit-window, boundaries, formats, global-batch,"
                + " layouts, packing, sequence-length, shard-tokens");
  }

  @Test
  void noFormatIsAProblem() {
    read("formats = []");

    assertThat(messages())
        .containsExactly(
            "formats: is empty; name at least one of mds, mds-zstd, megatron, olmo, datatrove,"
                + " parquet, litdata, jsonl");
  }

  @Test
  void anMdsShardMustFitItsOffsets() {
    read("shard-tokens = 2B");
    read("formats = [ megatron ], shard-tokens = 2B");

    assertThat(messages())
        .containsExactly(
            "shard-tokens: a shard of mds or litdata must stay below 4 GiB; give at most 1073217536,"
                + " or leave these out of pack.formats");
  }

  @Test
  void datatroveCannotKeepDocumentsWhole() {
    read("formats = [ datatrove ], packing = best-fit");

    assertThat(messages())
        .containsExactly(
            "packing: best-fit keeps documents whole in sequences, and datatrove's reader cuts rows"
                + " of one token more; leave datatrove out of pack.formats, or take concatenate");
  }

  @Test
  void aTopologyIsStatedForEachFormat() {
    PackConfig config =
        read(
            "formats = [ mds, parquet ], layouts { mds { canonical-nodes = 2 },"
                + " parquet { ranks = 2, workers = 3, micro-batch = 4 } }");

    assertThat(problems.messages()).isEmpty();
    assertThat(config.layout(ShardFormat.MDS).layout(ShardFormat.MDS, 100, 10))
        .isEqualTo(new SequenceLayout.Strided(100, 2, 10));
    assertThat(config.layout(ShardFormat.PARQUET).layout(ShardFormat.PARQUET, 100, 10))
        .isEqualTo(new SequenceLayout.StridedShards(100, 2, 3, 4, 2));
    assertThat(config.layout(ShardFormat.MEGATRON).layout(ShardFormat.MEGATRON, 100, 10))
        .isEqualTo(new SequenceLayout.Sorted(100, 10));
  }

  @Test
  void oneOfEverythingIsTheSortedLayout() {
    assertThat(read("layouts { mds { canonical-nodes = 1 } }").layouts()).isEmpty();
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void allProblemsOfLayoutsAreToldAtOnce() {
    read(
        "formats = [ mds ], layouts { mds { canonical-node = 2 },"
            + " parquet { ranks = 0, workers = 2, micro-batch = 4 }, megatron { ranks = 2 } }");

    assertThat(messages())
        .containsExactly(
            "layouts.mds.canonical-nodes: missing; give a count such as 64M or 30B",
            "layouts.mds.canonical-node: unknown key; did you mean 'canonical-nodes'?",
            "layouts.parquet.ranks: '0' must be between 1 and 65536",
            "layouts.parquet: is not among pack.formats; add it there or remove this",
            "layouts.megatron: unknown key; known here: litdata, mds, mds-zstd, parquet");
  }

  @Test
  void thereAreNotMoreReadersThanShards() {
    read("layouts { parquet { ranks = 65536, workers = 65536, micro-batch = 1 } }");

    assertThat(messages())
        .containsExactly(
            "layouts.parquet.workers: with 65536 ranks makes 4,294,967,296 readers, each with shards"
                + " of its own; there may be 100,000");
  }

  @Test
  void bestFitHasAWindowOfManySequences() {
    PackConfig config = read("packing = best-fit, sequence-length = 100, boundaries = on");

    assertThat(config.packing()).isEqualTo(Packing.BEST_FIT);
    assertThat(config.windowTokens()).isEqualTo(204_800);
    assertThat(config.boundaries()).isTrue();
    assertThat(read("packing = best-fit, best-fit-window = 1M").windowTokens())
        .isEqualTo(1_000_000);
    assertThat(problems.messages()).isEmpty();
  }

  @Test
  void aWindowMustHoldASequenceAndBeOfUse() {
    read("packing = best-fit, best-fit-window = 100");
    read("best-fit-window = 1M, packing = best-fitt");

    assertThat(messages())
        .containsExactly(
            "best-fit-window: must hold a sequence at least; give 2048 or more",
            "packing: 'best-fitt' is not one of concatenate, best-fit; did you mean 'best-fit'?",
            "best-fit-window: is only for packing = best-fit");
  }

  @Test
  void theGlobalBatchFollowsFromTheBatchInTokensUnlessItIsStated() {
    assertThat(read("sequence-length = 4096").globalBatch()).isEqualTo(256);
    assertThat(read("global-batch = 7").globalBatch()).isEqualTo(7);
  }

  /** The problems without the line that they stand in. */
  private List<String> messages() {
    return problems.messages().stream()
        .map(message -> message.replaceFirst(" \\(.*?\\)", ""))
        .toList();
  }

  private PackConfig read(String text) {
    return PackConfig.read(Section.root(ConfigFactory.parseString(text), problems), 1 << 20);
  }
}
