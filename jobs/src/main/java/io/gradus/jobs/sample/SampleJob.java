package io.gradus.jobs.sample;

import io.gradus.common.job.Broadcasts;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.Calibration;
import io.gradus.common.selection.Calibration.Detail;
import io.gradus.common.selection.Candidates;
import io.gradus.common.selection.CellCounts;
import io.gradus.common.selection.CutoffSearch;
import io.gradus.common.selection.CutoffSearch.Cutoffs;
import io.gradus.common.selection.KeyCells;
import io.gradus.common.selection.QuotaBudgets;
import io.gradus.common.selection.QuotaGroups;
import io.gradus.common.selection.RangeCounts;
import io.gradus.common.selection.RatingInputs;
import io.gradus.common.selection.RatingNormaliser;
import io.gradus.common.selection.RatingScan;
import io.gradus.common.selection.RatingSlices;
import io.gradus.common.selection.RatingSums;
import io.gradus.common.selection.ScoreMix;
import io.gradus.common.selection.Scoring;
import io.gradus.common.selection.Scoring.Normalise;
import io.gradus.common.selection.Scoring.NormaliseBy;
import io.gradus.common.selection.SelectionKey;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.RatingBatches.RatingFile;
import io.gradus.common.table.SelectionTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sample.SampleScan.KeyCounts;
import io.gradus.jobs.sample.SelectionTask.Ends;
import io.gradus.jobs.sample.SelectionTask.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the ratings, writes the selection: for each quota group the documents with the largest keys
 * whose tokens reach the group's budget, the crossing document included.
 *
 * <p>A first scan counts tokens by group and step of the key, which gives the budgets and, with
 * {@link CutoffSearch}, the steps in which they are crossed; one or a few more look into those; the
 * last one writes what is above. Nothing is shuffled or sorted.
 */
public final class SampleJob {
  /** What is wrong with quotas by topic where there are no topics. */
  public static final String TOPICS_NEEDED =
      "quotas by topic need topics; add a section topics { count = 25 }, or set sample.by = source";

  private static final int SLICES_FOR_EACH_CORE = 4;
  private static final int GROUPS_IN_RESULT = 1_000;
  private static final int SAMPLED_FILES = 16;
  private static final int SAMPLED_ROWS = 1 << 16;
  private static final int MOST_STEPS = 1 << 12;
  private static final int CANDIDATES_FOR_EACH_GROUP = 16;

  private final long candidateLimit;
  private final int candidatesForEachGroup;
  private final long rowsPerFile;

  /** A job for ratings of any size. */
  public SampleJob() {
    this(1 << 20, CANDIDATES_FOR_EACH_GROUP, 1_000_000);
  }

  /**
   * A job with other limits.
   *
   * @param candidateLimit so many documents in the crossing cells are looked at one by one, on the
   *     driver; while there are more, the cells are cut finer by a further scan
   * @param candidatesForEachGroup so many for each quota group are allowed in any case
   * @param rowsPerFile about so many documents are written to one file
   */
  SampleJob(long candidateLimit, int candidatesForEachGroup, long rowsPerFile) {
    this.candidateLimit = candidateLimit;
    this.candidatesForEachGroup = candidatesForEachGroup;
    this.rowsPerFile = rowsPerFile;
  }

  /** Runs the stage. */
  public SampleResult run(
      JobContext context,
      SampleConfig config,
      long seed,
      RatingInputs inputs,
      StageDirectory output) {
    output.clear();
    try (Selection selection = new Selection(context, config, seed, inputs)) {
      return selection.write(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One run: what all its scans have in common. */
  private final class Selection implements AutoCloseable {
    private final JobContext context;
    private final SampleConfig config;
    private final RatingInputs inputs;
    private final JavaSparkContext spark;
    private final List<RatingFile> files;
    private final RatingSlices slices;
    private final RatingSums sums;
    private final QuotaGroups groups;
    private final SampleScan scan;
    private final Broadcasts broadcasts;

    Selection(JobContext context, SampleConfig config, long seed, RatingInputs inputs) {
      this.context = context;
      this.config = config;
      this.inputs = inputs;
      this.spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
      this.broadcasts = new Broadcasts(spark);
      this.files = inputs.files();
      Scoring scoring = config.scoring();
      Map<String, Double> weights =
          scoring.resolvedWeights("sample.weights", inputs.ratings().table().criteria());
      TreeSet<String> names = new TreeSet<>(weights.keySet());
      if (!scoring.reference().isEmpty()) {
        names.add(scoring.reference());
      }
      List<String> criteria = List.copyOf(names);
      Detail moments =
          scoring.normaliseBy() == NormaliseBy.SOURCE ? Detail.BY_SOURCE : Detail.OVERALL;
      Calibration calibration =
          Calibration.load(
              context.session(),
              inputs.calibration(),
              criteria,
              moments,
              scoring.normalise() == Normalise.RANK ? moments : Detail.OVERALL);
      requireTopics();
      List<String> sources = calibration.sources();
      this.groups = QuotaGroups.of(config.quotas(), sources, inputs.topics());
      KeyRule rule =
          new KeyRule(
              config,
              seed,
              new RatingNormaliser(scoring, calibration, criteria.size(), sources.size()),
              new ScoreMix(scoring, weights, criteria),
              groups,
              criteria.size());
      RatingScan ratings =
          new RatingScan(
              broadcasts.of(new SerializableConfiguration(context.hadoop())),
              columns(Columns.FOR_KEYS),
              criteria,
              sources);
      this.scan = new SampleScan(ratings, broadcasts.of(rule));
      this.slices = slices(ratings);
      this.sums = new RatingSums(slices, SLICES_FOR_EACH_CORE);
    }

    /** Where only the last scan needs sources, there is nothing to keep for others. */
    private RatingSlices slices(RatingScan ratings) {
      return ratings.columns().contains(DocumentsTable.SOURCE)
          ? RatingSlices.withPlaces(
              spark, files, ratings.withColumns(columns(Columns.FOR_WRITING)), inputs.topics())
          : RatingSlices.of(spark, files);
    }

    private void requireTopics() {
      if (config.quotas().needTopics() && inputs.topics() == 0) {
        throw new UserMistake("sample.by: " + TOPICS_NEEDED + ".");
      }
    }

    private List<String> columns(Columns wanted) {
      List<String> columns =
          new ArrayList<>(List.of(DocumentsTable.DOC_ID, DocumentsTable.N_TOKENS));
      boolean comparesBySource =
          config.scoring().normaliseBy() == NormaliseBy.SOURCE
              || config.percentileBy() == NormaliseBy.SOURCE;
      if (wanted == Columns.FOR_WRITING || groups.useSources() || comparesBySource) {
        columns.add(DocumentsTable.SOURCE);
      }
      if (groups.useTopics() || (wanted == Columns.FOR_WRITING && inputs.topics() > 0)) {
        columns.add(TopicsTable.TOPIC);
      }
      return columns;
    }

    SampleResult write(StageDirectory output) throws IOException {
      CopyRates copyRates = config.method().makesCopies() ? copyRates() : CopyRates.none(config);
      Broadcast<CopyRates> rates = broadcasts.of(copyRates);
      KeySteps steps = steps(rates);
      Broadcast<KeySteps> sharedSteps = broadcasts.of(steps);
      SampleScan keys = scan;
      KeyCounts counts =
          sums.of(
              slice -> keys.countKeys(slice, rates.value(), sharedSteps.value()), KeyCounts::plus);
      long[] available = new long[groups.count()];
      Arrays.setAll(available, counts.steps()::tokens);
      long total = Arrays.stream(available).sum();
      requireSomething(total, counts);
      long budget = config.budget().budgetOf(total);
      int repeats = config.method().makesCopies() ? 1 : config.maxRepeats();
      QuotaBudgets budgets = QuotaBudgets.of(config.quotas(), groups, budget, available, repeats);
      Ends ends = ends(counts.steps(), steps, available, budgets.budgets(), rates);
      List<SampleResult.Group> results = results(available, budgets, ends, counts.steps());
      Written written = write(ends, rates, results, output);
      GroupsFile.write(context.hadoop(), output.file("groups"), results);
      return result(
          counts, budget, total, results, budgets.shortGroups(available, repeats), written);
    }

    private KeySteps steps(Broadcast<CopyRates> rates) {
      SampleScan keys = scan;
      List<RatingFile> first = List.copyOf(files.subList(0, Math.min(SAMPLED_FILES, files.size())));
      double[] sample =
          spark
              .parallelize(List.of(first), 1)
              .map(slice -> keys.someKeys(slice, rates.value(), SAMPLED_ROWS))
              .first();
      return KeySteps.of(sample, steps(groups.count()));
    }

    /**
     * As many as let a task's counts, 16 bytes for each group and step, fit into 16 MiB; 16 where
     * there are so many groups that it would be fewer, and 4 where those would fill 64 MiB.
     */
    private static int steps(int groups) {
      int few = groups <= 1 << 18 ? 16 : 4;
      return Math.max(few, Math.min(MOST_STEPS, (1 << 20) / groups));
    }

    private CopyRates copyRates() {
      int compared =
          config.percentileBy() == NormaliseBy.SOURCE
              ? Math.max(1, scan.ratings().sources().size())
              : 1;
      int bits = KeyCells.bitsFor(compared);
      SampleScan scores = scan;
      CellCounts counts = sums.of(slice -> scores.countScores(slice, bits), CellCounts::addAll);
      return new CopyRates(config, counts, compared, bits);
    }

    private static void requireSomething(long total, KeyCounts counts) {
      if (total > 0) {
        return;
      }
      String reasons =
          counts.unselectable().entrySet().stream()
              .map(
                  reason ->
                      String.format(
                          Locale.ROOT,
                          "%,d %s",
                          reason.getValue().documents(),
                          reason.getKey().label()))
              .collect(Collectors.joining(", "));
      throw new UserMistake(
          reasons.isEmpty()
              ? "sample: there are no tokens to select from; the documents are empty."
              : "sample: no document can be selected: "
                  + reasons
                  + ". Change the keys of the section sample that rule them out; docs/selection.md"
                  + " explains the reasons.");
    }

    private Ends ends(
        StepCounts counts,
        KeySteps steps,
        long[] available,
        long[] budgets,
        Broadcast<CopyRates> rates) {
      int[] epochs = new int[budgets.length];
      long[] rest = new long[budgets.length];
      for (int group = 0; group < budgets.length; group++) {
        epochs[group] =
            available[group] == 0 ? 0 : Math.toIntExact(budgets[group] / available[group]);
        rest[group] = budgets[group] - epochs[group] * available[group];
      }
      CutoffSearch search = new CutoffSearch(rest, CutoffSearch.refiningBits(groups.count()));
      search.start(visitor -> counts.forEachDescending(steps, visitor), steps.bits());
      SampleScan scanned = scan;
      // In the end each group has one candidate.
      long limit = Math.max(candidateLimit, (long) candidatesForEachGroup * groups.count());
      while (search.candidates() > limit) {
        Broadcast<CutoffSearch.Ranges> ranges = broadcasts.of(search.ranges());
        search.refine(
            sums.of(
                slice -> scanned.countRanges(slice, rates.value(), ranges.value()),
                RangeCounts::addAll));
      }
      Candidates candidates = new Candidates();
      if (search.candidates() > 0) {
        Broadcast<CutoffSearch.Ranges> ranges = broadcasts.of(search.ranges());
        candidates =
            Candidates.of(sums.each(slice -> scanned.gather(slice, rates.value(), ranges.value())));
      }
      return new Ends(epochs, search.resolve(candidates));
    }

    private List<SampleResult.Group> results(
        long[] available, QuotaBudgets budgets, Ends ends, StepCounts counts) {
      Cutoffs cutoffs = ends.cutoffs();
      List<SampleResult.Group> results = new ArrayList<>();
      for (int group = 0; group < available.length; group++) {
        boolean partly = cutoffs.images()[group] != Cutoffs.NOTHING;
        results.add(
            new SampleResult.Group(
                groups.name(group),
                available[group],
                budgets.wanted()[group],
                budgets.budgets()[group],
                ends.epochs()[group] * available[group] + cutoffs.tokens()[group],
                ends.epochs()[group] > 0 ? counts.documents(group) : cutoffs.documents()[group],
                partly ? SelectionKey.ofImage(cutoffs.images()[group]) : null));
      }
      return results;
    }

    private Written write(
        Ends ends,
        Broadcast<CopyRates> rates,
        List<SampleResult.Group> results,
        StageDirectory output) {
      long documents = results.stream().mapToLong(SampleResult.Group::documents).sum();
      // A function of the data alone, so that the files are the same on any cluster.
      int count =
          (int) Math.max(1, Math.min(files.size(), (documents + rowsPerFile - 1) / rowsPerFile));
      SampleScan writing =
          new SampleScan(scan.ratings().withColumns(columns(Columns.FOR_WRITING)), scan.rule());
      SelectionTask task =
          new SelectionTask(
              writing,
              rates,
              broadcasts.of(ends),
              broadcasts.of(
                  new GroupNames(results.stream().map(SampleResult.Group::name).toList())),
              inputs.topics(),
              output.table().toString(),
              config.validation() > 0 ? output.file(SelectionTable.VALIDATION).toString() : "");
      // Added up as they come: of many sources all files' numbers would not be few.
      return slices.map(count, task).reduce(Written::plus);
    }

    private SampleResult result(
        KeyCounts counts,
        long budget,
        long total,
        List<SampleResult.Group> results,
        int shortGroups,
        Written written) {
      long tokens = Arrays.stream(written.tokensBySource()).sum();
      long promised = results.stream().mapToLong(SampleResult.Group::tokens).sum();
      if (tokens != promised) {
        throw new IllegalStateException(
            "The selection has " + tokens + " tokens, its cut-offs promise " + promised);
      }
      Map<String, SampleResult.Unselected> unselectable = new TreeMap<>();
      counts
          .unselectable()
          .forEach(
              (reason, amount) ->
                  unselectable.put(
                      reason.label(),
                      new SampleResult.Unselected(amount.documents(), amount.tokens())));
      return new SampleResult(
          new SelectionTable(written.rows(), tokens, tokensBySource(written)),
          budget,
          total,
          unselectable,
          results.stream()
              .sorted(
                  Comparator.comparingLong(SampleResult.Group::available)
                      .reversed()
                      .thenComparing(SampleResult.Group::name))
              .limit(GROUPS_IN_RESULT)
              .sorted(Comparator.comparing(SampleResult.Group::name))
              .toList(),
          results.size(),
          shortGroups,
          sums.scans());
    }

    private Map<String, Long> tokensBySource(Written written) {
      Map<String, Long> tokens = new TreeMap<>();
      for (int source = 0; source < written.tokensBySource().length; source++) {
        if (written.tokensBySource()[source] > 0) {
          tokens.put(scan.ratings().sources().get(source), written.tokensBySource()[source]);
        }
      }
      return tokens;
    }

    @Override
    public void close() {
      slices.close();
      broadcasts.close();
    }
  }

  private enum Columns {
    FOR_KEYS,
    FOR_WRITING
  }
}
