package io.gradus.jobs.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.SequenceLayout;
import io.gradus.common.table.ShardFormat;
import org.junit.jupiter.api.Test;

class ReaderSettingsTest {
  @Test
  void megatronIsToldWhatKeepsTheOrderAndLeftToThePlanForItsSteps() {
    ReaderSettings megatron =
        FormatWriter.of(
                ShardFormat.MEGATRON,
                new FormatInputs(
                    "",
                    new SequenceLayout.Sorted(20, 8),
                    512,
                    new DocumentsTable(1, 1, 1, 1, "gpt2", "", 50_257, 50_256, 2),
                    false,
                    "shards.jsonl"))
            .readerSettings();
    assertThat(megatron.settings())
        .containsOnlyKeys("--data-path", "--data-cache-path", "--seq-length", "--split")
        .containsEntry("--seq-length", "512")
        .containsEntry("--split", "100,0,0");
    assertThat(megatron.note())
        .contains("the plan's fragments/megatron.sh")
        .contains("bin/megatron-order");
  }
}
