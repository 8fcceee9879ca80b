package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.gradus.common.configuration.Problems;
import io.gradus.common.configuration.Section;
import io.gradus.common.table.ShardFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackConfigTest {
  private final Problems problems = new Problems();

  @Test
  void anEmptySectionMeansUsualFormatsAndSizes() {
    assertThat(read(""))
        .isEqualTo(
            new PackConfig(
                List.of(ShardFormat.MDS, ShardFormat.MEGATRON, ShardFormat.PARQUET),
                2048,
                64_000_000));
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
                + " litdata; did you mean 'megatron'?",
            "sequence-length: '1' must be between 2 and 16777216",
            "shard-tokens: 'many' is not a count such as 5000, 64M, 30B or 1.5T",
            "shards: unknown key; known here: formats, sequence-length, shard-tokens");
  }

  @Test
  void noFormatIsAProblem() {
    read("formats = []");

    assertThat(messages())
        .containsExactly(
            "formats: is empty; name at least one of mds, mds-zstd, megatron, olmo, datatrove,"
                + " parquet, litdata");
  }

  @Test
  void anMdsShardMustFitItsOffsets() {
    read("shard-tokens = 2B");
    read("formats = [ megatron ], shard-tokens = 2B");

    assertThat(messages())
        .containsExactly(
            "shard-tokens: an mds shard must stay below 4 GiB; give at most 1073217536, or leave"
                + " mds out of pack.formats");
  }

  /** The problems without the line that they stand in. */
  private List<String> messages() {
    return problems.messages().stream()
        .map(message -> message.replaceFirst(" \\(.*?\\)", ""))
        .toList();
  }

  private PackConfig read(String text) {
    return PackConfig.read(Section.root(ConfigFactory.parseString(text), problems));
  }
}
