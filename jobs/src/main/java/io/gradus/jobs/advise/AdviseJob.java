package io.gradus.jobs.advise;

import io.gradus.common.job.JobContext;
import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.advise.Plan.Candidate;
import io.gradus.jobs.advise.Plan.Checkpoint;
import io.gradus.jobs.advise.Plan.Warning;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/** Writes {@code plan.json} and a folder of fragments for one curriculum. */
public final class AdviseJob {
  /** The plan's file in the stage's directory. */
  public static final String PLAN = "plan.json";

  private static final String FOLDER = "fragments/";

  /**
   * Makes the plan.
   *
   * @param sequenceLength tokens of one training sequence, as packed
   */
  public AdviseResult run(
      JobContext context,
      AdviseConfig config,
      CurriculumProfile profile,
      long sequenceLength,
      StageDirectory output) {
    output.clear();
    Plan plan = Planner.plan(config, profile, sequenceLength);
    List<String> files = new ArrayList<>();
    write(output, files, PLAN, Json.write(plan) + "\n");
    fragments(output, files, FOLDER, plan, plan.main(), config.trainer());
    write(
        output,
        files,
        FOLDER + "README.md",
        new Fragments(plan.run(), plan.main()).readMe(config.trainer()));
    for (Candidate alternative : plan.alternatives()) {
      String folder = FOLDER + "alternatives/" + alternative.name() + "/";
      fragments(output, files, folder, plan, alternative, config.trainer());
    }
    Candidate main = plan.main();
    return new AdviseResult(
        main.summary(),
        plan.run().steps(),
        main.schedule().finalRate(),
        main.schedule().finalRatio(),
        main.averaging().method(),
        main.averaging().checkpoints().stream().map(Checkpoint::step).toList(),
        main.schedule().finalRatioBasis().startsWith("extrapolated"),
        Stream.concat(plan.warnings().stream(), main.warnings().stream())
            .map(Warning::message)
            .toList(),
        files);
  }

  private static void fragments(
      StageDirectory output,
      List<String> files,
      String folder,
      Plan plan,
      Candidate candidate,
      Trainer configured) {
    Fragments fragments = new Fragments(plan.run(), candidate);
    write(output, files, folder + configured.file(), fragments.of(configured));
    for (Trainer other : EnumSet.complementOf(EnumSet.of(configured))) {
      write(output, files, folder + other.file(), fragments.of(other));
    }
    if (candidate.averaging().checkpoints().size() > 1) {
      write(output, files, folder + "mergekit.yaml", fragments.mergekit());
    }
  }

  private static void write(StageDirectory output, List<String> files, String name, String text) {
    output.writeText(name, text);
    files.add(name);
  }
}
