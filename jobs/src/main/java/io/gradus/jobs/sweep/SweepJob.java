package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Range;
import io.gradus.common.job.Broadcasts;
import io.gradus.common.job.JobContext;
import io.gradus.common.job.UserMistake;
import io.gradus.common.selection.Calibration;
import io.gradus.common.selection.Calibration.Detail;
import io.gradus.common.selection.Candidates;
import io.gradus.common.selection.CutoffSearch;
import io.gradus.common.selection.QuotaBudgets;
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
import io.gradus.common.selection.SelectionNoise;
import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.TopicsTable;
import io.gradus.common.workspace.Json;
import io.gradus.common.workspace.StageDirectory;
import io.gradus.jobs.sweep.SweepGrid.Family;
import io.gradus.jobs.sweep.SweepReport.Setting;
import io.gradus.jobs.sweep.SweepTotals.Ends;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads the ratings, writes what each setting of a grid would select.
 *
 * <p>All settings are worked on in the same scans. The first one counts tokens by group and cell of
 * every key, which gives budgets and the cells in which they are crossed; the next ones look into
 * those cells until every cut-off is exact; the last one adds up what lies above each of them.
 * Nothing is shuffled or sorted, and no setting is ever written out.
 */
public final class SweepJob {
  /** The report's file in the stage's directory. */
  public static final String FILE = "sweep.json";

  /** The page's file in the stage's directory. */
  public static final String PAGE = "sweep.html";

  private static final int SLICES_FOR_EACH_CORE = 2;

  /** Cells of finer histograms of all cut-offs together, as a power of 2. */
  private static final int REFINING_BITS = 21;

  private final long candidateLimit;

  /** A job for ratings of any size. */
  public SweepJob() {
    this(1 << 20);
  }

  /**
   * A job with another limit.
   *
   * @param candidateLimit so many documents in the crossing cells are looked at one by one; while
   *     there are more, the cells are cut finer by a further scan
   */
  SweepJob(long candidateLimit) {
    this.candidateLimit = candidateLimit;
  }

  /**
   * Runs the stage.
   *
   * @throws UserMistake when the grid does not fit the ratings, or no setting can be done
   */
  public SweepResult run(
      JobContext context,
      SweepConfig config,
      long seed,
      RatingInputs inputs,
      StageDirectory output) {
    output.clear();
    try (Sweep sweep = new Sweep(context, config, seed, inputs)) {
      return sweep.write(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One run: what all its scans have in common. */
  private final class Sweep implements AutoCloseable {
    private final JobContext context;
    private final SweepConfig config;
    private final long seed;
    private final RatingInputs inputs;
    private final Broadcasts broadcasts;
    private final RatingSlices slices;
    private final RatingSums sums;
    private final List<String> criteria;
    private final Calibration calibration;
    private final SweepGrid grid;
    private final Map<String, Double> qualityWeights;
    private final KeyHistograms.Layout layout;
    private final SweepScan scan;

    Sweep(JobContext context, SweepConfig config, long seed, RatingInputs inputs) {
      this.context = context;
      this.config = config;
      this.seed = seed;
      this.inputs = inputs;
      JavaSparkContext spark = JavaSparkContext.fromSparkContext(context.session().sparkContext());
      this.broadcasts = new Broadcasts(spark);
      Scoring scoring = config.current().scoring();
      List<String> rated = inputs.ratings().table().criteria();
      Detail moments =
          scoring.normaliseBy() == NormaliseBy.SOURCE ? Detail.BY_SOURCE : Detail.OVERALL;
      Detail percentiles = scoring.normalise() == Normalise.RANK ? moments : Detail.OVERALL;
      List<String> sources =
          Calibration.load(
                  context.session(),
                  inputs.calibration(),
                  List.of(),
                  Detail.OVERALL,
                  Detail.OVERALL)
              .sources();
      this.grid = SweepGrid.of(config, rated, sources, inputs.topics());
      this.qualityWeights =
          config.quality().isEmpty()
              ? grid.mixes().get(0).weights()
              : scoring.withWeights(config.quality()).resolvedWeights("sweep.quality", rated);
      List<String> scored = scored(scoring);
      this.criteria = new ArrayList<>(scored);
      rated.stream().filter(name -> !scored.contains(name)).forEach(criteria::add);
      this.calibration =
          Calibration.load(context.session(), inputs.calibration(), criteria, moments, percentiles);
      RatingNormaliser normaliser =
          new RatingNormaliser(scoring, calibration, scored.size(), sources.size());
      List<ScoreMix> mixes =
          grid.mixes().stream().map(mix -> new ScoreMix(scoring, mix.weights(), scored)).toList();
      ScoreMix quality = new ScoreMix(scoring, qualityWeights, scored);
      List<Range> ranges = IntStream.range(0, scored.size()).mapToObj(normaliser::range).toList();
      this.layout =
          KeyHistograms.Layout.of(
              grid, mixes.stream().map(mix -> mix.range(ranges)).toList(), quality.range(ranges));
      List<String> columns =
          new ArrayList<>(
              List.of(DocumentsTable.DOC_ID, DocumentsTable.N_TOKENS, DocumentsTable.SOURCE));
      if (inputs.topics() > 0) {
        columns.add(TopicsTable.TOPIC);
      }
      SweepRule rule =
          new SweepRule(
              grid, normaliser, mixes, quality, scored.size(), seed, config.current().validation());
      RatingScan ratings =
          new RatingScan(
              broadcasts.of(new SerializableConfiguration(context.hadoop())),
              columns,
              criteria,
              sources);
      this.scan = new SweepScan(ratings, broadcasts.of(rule), inputs.topics());
      this.slices = RatingSlices.withPlaces(spark, inputs.files(), ratings, inputs.topics());
      this.sums = new RatingSums(slices, SLICES_FOR_EACH_CORE);
    }

    /** The criteria that take part in any score, in alphabetical order. */
    private List<String> scored(Scoring scoring) {
      TreeSet<String> names = new TreeSet<>(qualityWeights.keySet());
      grid.mixes().forEach(mix -> names.addAll(mix.weights().keySet()));
      if (!scoring.reference().isEmpty()) {
        names.add(scoring.reference());
      }
      return List.copyOf(names);
    }

    SweepResult write(StageDirectory output) throws IOException {
      SweepScan scanned = scan;
      Broadcast<KeyHistograms.Layout> sent = broadcasts.of(layout);
      KeyHistograms histograms =
          sums.of(slice -> scanned.countKeys(slice, sent.value()), KeyHistograms::plus);
      Budgets budgets = budgets(histograms);
      Ends ends = ends(histograms, budgets);
      Broadcast<Ends> sentEnds = broadcasts.of(ends);
      SweepTotals totals =
          sums.of(slice -> scanned.total(slice, sentEnds.value()), SweepTotals::plus);
      totals.accumulate(grid);
      SweepFigures figures =
          new SweepFigures(
              totals,
              ends,
              criteria,
              IntStream.range(0, criteria.size()).mapToObj(calibration::overall).toList(),
              scan.ratings().sources(),
              inputs.topics(),
              histograms.documents());
      List<Setting> settings = ParetoFront.mark(settings(figures, budgets));
      requireOnePossible(settings);
      SweepReport report =
          new SweepReport(
              histograms.documents(),
              inputs.ratings().table().tokens(),
              totals.sampled,
              config.current().maxRepeats(),
              qualityWeights,
              criteria,
              figures.corpus(),
              settings);
      output.writeText(FILE, Json.write(report));
      output.writeText(PAGE, SweepPage.render(report));
      SweepFiles.write(context.hadoop(), output, report, grid.asked(), figures);
      return new SweepResult(
          settings.size(),
          (int) settings.stream().filter(setting -> setting.figures() == null).count(),
          (int) settings.stream().filter(Setting::front).count(),
          report.documents(),
          report.estimateDocuments(),
          sums.scans());
    }

    private Budgets budgets(KeyHistograms histograms) {
      Budgets budgets = new Budgets(grid);
      for (int number = 0; number < grid.families().size(); number++) {
        Family family = grid.families().get(number);
        long[] available = histograms.available(grid, family);
        for (int budget = 0; budget < grid.budgets().size(); budget++) {
          long tokens = grid.budgets().get(budget).budgetOf(Arrays.stream(available).sum());
          try {
            if (tokens == 0) {
              throw new UserMistake("sample: no document can be selected.");
            }
            budgets.set(
                number,
                budget,
                tokens,
                available,
                QuotaBudgets.of(
                    grid.quotas().get(family.quota()).quotas(),
                    grid.groups(family),
                    tokens,
                    available,
                    config.current().maxRepeats()),
                config.current().maxRepeats());
          } catch (UserMistake impossible) {
            budgets.refuse(number, budget, tokens, impossible.getMessage());
          }
        }
      }
      return budgets;
    }

    private Ends ends(KeyHistograms histograms, Budgets budgets) {
      int refiningBits = Math.max(4, Math.min(12, REFINING_BITS - bits(grid.cutoffs())));
      CutoffSearch search = new CutoffSearch(budgets.rest(), refiningBits);
      search.start(visitor -> histograms.forEachDescending(grid, visitor), layout.coarsestBits());
      SweepScan scanned = scan;
      // In the end each cut-off has one candidate.
      while (search.candidates() > Math.max(candidateLimit, grid.cutoffs())) {
        Broadcast<CutoffSearch.Ranges> ranges = broadcasts.of(search.ranges());
        search.refine(
            sums.of(slice -> scanned.countRanges(slice, ranges.value()), RangeCounts::addAll));
      }
      Candidates candidates = new Candidates();
      if (search.candidates() > 0) {
        Broadcast<CutoffSearch.Ranges> ranges = broadcasts.of(search.ranges());
        candidates = Candidates.of(sums.each(slice -> scanned.gather(slice, ranges.value())));
      }
      double mostTokens =
          (double) inputs.ratings().table().tokens() * config.current().maxRepeats();
      FixedPoint steps = FixedPoint.forSums(1, mostTokens);
      return Ends.of(
          grid.budgets().size(),
          budgets.epochs(),
          search.resolve(candidates),
          layout.quality(),
          Arrays.stream(histograms.percentiles()).mapToLong(steps::of).toArray(),
          steps,
          CriterionCells.of(
              IntStream.range(0, criteria.size()).mapToObj(calibration::overall).toList(),
              grid.families().size() * grid.budgets().size() + 1,
              mostTokens),
          config.current().maxRepeats(),
          new SelectionNoise("sweep", seed),
          (double) config.estimateDocuments() / Math.max(1, histograms.documents()));
    }

    private static int bits(int count) {
      return Integer.SIZE - Integer.numberOfLeadingZeros(count);
    }

    private List<Setting> settings(SweepFigures figures, Budgets budgets) {
      List<Setting> settings = new ArrayList<>();
      boolean currentFound = false;
      for (SweepGrid.Place place : grid.asked()) {
        Family family = grid.families().get(place.family());
        SweepGrid.Mix mix = grid.mixes().get(family.mix());
        boolean current = !currentFound && grid.isCurrent(config.current(), family, place.budget());
        currentFound |= current;
        String impossible = budgets.impossible(place);
        settings.add(
            new Setting(
                settings.size(),
                mix.name(),
                mix.weights(),
                family.temperature(),
                grid.quotas().get(family.quota()).kind().toString(),
                grid.budgets().get(place.budget()).toString(),
                budgets.tokens(place),
                current,
                false,
                impossible,
                impossible == null ? figures.of(place, family, budgets.shortGroups(place)) : null));
      }
      return settings;
    }

    private static void requireOnePossible(List<Setting> settings) {
      if (settings.stream().allMatch(setting -> setting.figures() == null)) {
        throw new UserMistake(
            "sweep: none of the settings can be done. The first one says: "
                + settings.get(0).impossible());
      }
    }

    @Override
    public void close() {
      slices.close();
      broadcasts.close();
    }
  }
}
