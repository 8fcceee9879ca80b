package io.gradus.jobs.advise;

import io.gradus.common.workspace.Json;
import io.gradus.jobs.advise.Plan.Candidate;
import io.gradus.jobs.advise.Plan.Checkpoint;
import io.gradus.jobs.advise.Plan.Rates;
import io.gradus.jobs.advise.Plan.Run;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What each trainer is told, for one candidate. */
final class Fragments {
  private final Run run;
  private final Candidate candidate;
  private final Rates rates;

  Fragments(Run run, Candidate candidate) {
    this.run = run;
    this.candidate = candidate;
    this.rates = candidate.schedule();
  }

  String of(Trainer trainer) {
    return switch (trainer) {
      case MEGATRON -> megatron();
      case TRANSFORMERS -> transformers();
    };
  }

  /**
   * Arguments for Megatron-LM. It plans a second epoch, which changes the order, as soon as it is
   * asked for more samples than there are; the plan's steps are full ones only.
   */
  private String megatron() {
    List<String> arguments = new ArrayList<>();
    arguments.add("--seq-length " + run.sequenceLength());
    arguments.add("--global-batch-size " + run.sequencesPerStep());
    arguments.add("--train-iters " + run.steps());
    arguments.add("--lr " + plain(rates.peak()));
    arguments.add("--lr-warmup-iters " + rates.warmUpSteps());
    switch (rates.shape()) {
      case "constant" -> arguments.add("--lr-decay-style constant");
      case "linear" -> {
        arguments.add("--min-lr " + plain(rates.finalRate()));
        arguments.add("--lr-decay-style linear");
        arguments.add("--lr-decay-iters " + (rates.decayStartStep() + rates.decaySteps()));
      }
      default -> {
        arguments.add("--min-lr " + plain(rates.finalRate()));
        arguments.add("--lr-decay-style WSD");
        arguments.add("--lr-wsd-decay-style minus_sqrt");
        arguments.add("--lr-decay-iters " + (rates.decayStartStep() + rates.decaySteps()));
        arguments.add("--lr-wsd-decay-iters " + rates.decaySteps());
      }
    }
    arguments.add("--save-interval " + candidate.averaging().saveIntervalSteps());
    arguments.add("--split 100,0,0");
    return """
        # %s
        # %s
        # Source this file and add "${GRADUS_ARGUMENTS[@]}" to the command line of pretrain_gpt.py.
        #
        # Order: GPTDataset always shuffles. Run its index builder once with these arguments and
        # --data-cache-path, then overwrite the index caches with the identity (see fragments/README.md).
        # Batches: %d iterations read %,d of %,d sequences; asking for more would plan a second
        # epoch and change the order.
        GRADUS_ARGUMENTS=(
          %s
        )
        """
        .formatted(
            candidate.title(),
            candidate.summary(),
            run.steps(),
            run.sequences() - run.unreadSequences(),
            run.sequences(),
            String.join("\n  ", arguments));
  }

  /** Keyword arguments of Transformers' TrainingArguments; its schedules' minimum is a ratio. */
  private String transformers() {
    Map<String, Object> arguments = new TreeMap<>();
    arguments.put("learning_rate", rates.peak());
    arguments.put("warmup_steps", rates.warmUpSteps());
    arguments.put("max_steps", run.steps());
    arguments.put("train_sampling_strategy", "sequential");
    arguments.put("dataloader_drop_last", true);
    arguments.put("save_strategy", "steps");
    arguments.put("save_steps", candidate.averaging().saveIntervalSteps());
    switch (rates.shape()) {
      case "constant" -> arguments.put("lr_scheduler_type", "constant_with_warmup");
      case "linear" -> arguments.put("lr_scheduler_type", "linear");
      default -> {
        arguments.put("lr_scheduler_type", "warmup_stable_decay");
        arguments.put(
            "lr_scheduler_kwargs",
            Map.of(
                "num_stable_steps",
                rates.decayStartStep() - rates.warmUpSteps(),
                "num_decay_steps",
                rates.decaySteps(),
                "warmup_type",
                "linear",
                "decay_type",
                "1-sqrt",
                "min_lr_ratio",
                rates.finalRatio()));
      }
    }
    return Json.write(arguments) + "\n";
  }

  /** A mergekit recipe that averages the candidate's checkpoints. */
  String mergekit() {
    String models =
        candidate.averaging().checkpoints().stream()
            .map(
                checkpoint ->
                    """
                      - model: checkpoint-%d
                        parameters:
                          weight: %s
                    """
                        .formatted(checkpoint.step(), plain(checkpoint.weight())))
            .collect(Collectors.joining());
    return """
        # %s
        # Checkpoint folders in the Hugging Face layout; convert Megatron checkpoints first.
        # mergekit-yaml mergekit.yaml averaged
        merge_method: linear
        models:
        %sparameters:
          normalize: true
        dtype: float32
        out_dtype: bfloat16
        """
        .formatted(candidate.title(), models);
  }

  /** What an engineer has to know beside the fragments, which cannot carry it themselves. */
  String readMe(Trainer configured) {
    String steps =
        candidate.averaging().checkpoints().stream()
            .map(Checkpoint::step)
            .map(step -> String.format("%,d", step))
            .collect(Collectors.joining(", "));
    return """
        # Fragments

        %s

        Configured trainer: %s (`%s`). The fragments beside it and those of the alternatives say the
        same for other choices; `../plan.json` has every number with its source and scope.

        ## Megatron-LM: `megatron.sh`
        - Data: the `megatron` shards, `--data-path <shards>/megatron/train`.
        - GPTDataset always shuffles documents and samples. Start once with `--data-cache-path DIR`,
          stop after the indices are built, and overwrite in DIR `*-GPTDataset-train-document_index.npy`
          with int32 arange(documents), `*-sample_index.npy` with int32 [[0,0],[1,0],...]
          (int64 where an int32 cannot count them) and `*-shuffle_index.npy` with uint32 arange(samples). Then the curriculum is read in order.
        - `--min-lr` is absolute. After `--lr-decay-iters` the rate stays at it.

        ## Transformers: `transformers.json`
        - `TrainingArguments(output_dir=..., **json.load(open("transformers.json")))` on the `parquet`
          shards. `train_sampling_strategy = "sequential"` keeps the order; without it the Trainer
          shuffles. `dataloader_drop_last` leaves out what does not fill the last step, as the plan does.
        - Devices x per_device_train_batch_size x gradient_accumulation_steps must be %,d, the
          sequences of one step.
        - `min_lr_ratio` is a ratio, and this scheduler's warm-up starts at it, not at zero.
        - Do not set save_total_limit: step %,d is needed to branch off other final rates.

        ## The average
        - Checkpoints at steps %s.
        - `mergekit.yaml` (where the candidate averages) holds the weights; sums run in float32.
        - Train the branches of `plan.json` from the checkpoint where the decay begins, and choose by
          validation loss: the final ratio is %s, not certain.
        """
        .formatted(
            candidate.summary(),
            configured.title(),
            configured.file(),
            run.sequencesPerStep(),
            rates.decayStartStep(),
            steps,
            rates.finalRatioBasis());
  }

  private static String plain(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
