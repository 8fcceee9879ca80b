package io.gradus.jobs.preview;

import io.gradus.common.table.CurriculumProfile;
import io.gradus.common.table.CurriculumProfile.Bin;
import io.gradus.jobs.page.PageTemplate;
import io.gradus.jobs.page.ScriptJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The drawing as a page that needs no network and no other file. */
final class PreviewPage {
  private static final int COLUMNS = 100;
  private static final int SOURCES = 7;

  private PreviewPage() {}

  private record SourceLine(String name, List<Double> shares) {}

  private record CriterionCard(int index, String name) {}

  static String render(Preview preview) {
    CurriculumProfile profile = preview.profile();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("pipeline", preview.pipeline());
    view.put("shape", profile.shape());
    view.put("within", profile.within().equals("source") ? "their source" : "the whole selection");
    view.put("documents", String.format(Locale.ROOT, "%,d", profile.documents()));
    view.put("tokens", String.format(Locale.ROOT, "%,d", profile.tokens()));
    List<CriterionCard> cards = new ArrayList<>();
    for (int i = 0; i < preview.criteria().size(); i++) {
      cards.add(new CriterionCard(i, words(preview.criteria().get(i).name())));
    }
    view.put("criteria", cards);
    view.put("data", ScriptJson.write(data(preview)));
    return PageTemplate.render(PreviewPage.class, "preview", view);
  }

  private static Map<String, Object> data(Preview preview) {
    AlongRun run = new AlongRun(preview.profile(), COLUMNS);
    List<String> sources = run.sources(SOURCES);
    List<List<Double>> shares = run.shares(sources);
    List<SourceLine> lines = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      List<Double> ofSource = new ArrayList<>();
      for (List<Double> column : shares) {
        ofSource.add(column.isEmpty() ? 0 : column.get(i));
      }
      lines.add(new SourceLine(sources.get(i), ofSource));
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("quantiles", run.means(Bin::meanQuantile));
    data.put("scores", run.means(Bin::meanScore));
    data.put("sources", lines);
    data.put("criteria", preview.criteria());
    return data;
  }

  private static String words(String name) {
    return name.replace('_', ' ').replace('-', ' ');
  }
}
