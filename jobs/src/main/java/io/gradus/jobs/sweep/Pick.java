package io.gradus.jobs.sweep;

import io.gradus.common.configuration.Quantity;
import io.gradus.common.configuration.Suggestion;
import io.gradus.common.job.UserMistake;
import io.gradus.jobs.sweep.SweepReport.Criterion;
import io.gradus.jobs.sweep.SweepReport.Figures;
import io.gradus.jobs.sweep.SweepReport.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which setting is wanted, such as {@code quality>=0.8,max=diversity}: conditions that it must
 * meet, and one figure that is to be the greatest ({@code max=}) or the least ({@code min=}) among
 * those that do. Of equal ones the first is taken.
 *
 * <p>{@code mix}, {@code quotas} and {@code budget} are compared as text with {@code =}; figures as
 * numbers with {@code >=}, {@code <=}, {@code >}, {@code <} or {@code =}, and a number may be a
 * share such as {@code 20%} or a count such as {@code 30B}. {@code mean.CRITERION} and {@code
 * p05.CRITERION}, also p25, p50, p75 and p95, are a criterion's mean and quantiles.
 */
public final class Pick {
  private static final Pattern ITEM = Pattern.compile("([^<>=]+?)\\s*(>=|<=|>|<|=)\\s*(.+)");
  private static final Map<String, ToDoubleFunction<Figures>> FIGURES = new LinkedHashMap<>();
  private static final Map<String, Function<Setting, String>> TEXTS = new LinkedHashMap<>();
  private static final List<String> CRITERION_FIGURES =
      List.of("mean", "p05", "p25", "p50", "p75", "p95");
  private static final String TEMPERATURE = "temperature";

  static {
    FIGURES.put("quality", Figures::quality);
    FIGURES.put("diversity", Figures::diversity);
    FIGURES.put("effective-documents", Figures::effectiveDocuments);
    FIGURES.put("source-entropy", Figures::sourceEntropy);
    FIGURES.put("source-divergence", Figures::sourceDivergence);
    FIGURES.put("topic-entropy", Figures::topicEntropy);
    FIGURES.put("topic-divergence", Figures::topicDivergence);
    FIGURES.put("top-overlap", Figures::topOverlap);
    FIGURES.put("uniform-overlap", Figures::uniformOverlap);
    FIGURES.put("repeats", Figures::repeats);
    FIGURES.put("tokens", Figures::tokens);
    FIGURES.put("documents", Figures::documents);
    TEXTS.put("mix", Setting::mix);
    TEXTS.put("quotas", Setting::quotas);
    TEXTS.put("budget", Setting::budget);
  }

  private final List<Condition> conditions = new ArrayList<>();
  private final List<Goal> goals = new ArrayList<>();

  /** What a setting must meet. */
  private record Condition(String name, String operator, String value) {
    @Override
    public String toString() {
      return name + operator + value;
    }
  }

  private record Goal(String name, boolean greatest) {}

  private Pick() {}

  /**
   * Understands an expression. Only which criteria there are is left to be checked.
   *
   * @throws UserMistake when it is none
   */
  public static Pick parse(String expression) {
    Pick pick = new Pick();
    for (String item : expression.split(",", -1)) {
      Matcher matcher = ITEM.matcher(item.strip());
      if (!matcher.matches()) {
        throw mistake(
            "'"
                + item.strip()
                + "' is neither a condition such as quality>=0.8 nor a goal such as"
                + " max=diversity");
      }
      String name = matcher.group(1);
      String value = matcher.group(3).strip();
      if (matcher.group(2).equals("=") && (name.equals("max") || name.equals("min"))) {
        requireFigure(value);
        pick.goals.add(new Goal(value, name.equals("max")));
      } else {
        Condition condition = new Condition(name, matcher.group(2), value);
        check(condition);
        pick.conditions.add(condition);
      }
    }
    if (pick.goals.size() != 1) {
      throw mistake(
          "'"
              + expression
              + "' has "
              + (pick.goals.isEmpty() ? "no goal" : "several goals")
              + "; name one figure that is to be best, as in quality>=0.8,max=diversity");
    }
    return pick;
  }

  private static void check(Condition condition) {
    if (!TEXTS.containsKey(condition.name())) {
      requireFigure(condition.name());
      number(condition);
    } else if (!condition.operator().equals("=")) {
      throw mistake("'" + condition + "': " + condition.name() + " is compared with '=' only");
    }
  }

  private static void requireFigure(String name) {
    if (TEXTS.containsKey(name)) {
      throw mistake("'" + name + "' is not a number; name a figure, as in max=diversity");
    }
    int dot = name.indexOf('.');
    boolean known =
        dot < 0
            ? FIGURES.containsKey(name) || name.equals(TEMPERATURE)
            : CRITERION_FIGURES.contains(name.substring(0, dot));
    if (!known) {
      throw mistake(unknown(name, List.of("CRITERION")));
    }
  }

  /**
   * The setting that is wanted.
   *
   * @throws UserMistake when a criterion is unknown or no setting meets the conditions
   */
  public Setting choose(SweepReport report) {
    Goal goal = goals.get(0);
    ToDoubleFunction<Setting> figure = figure(goal.name(), report);
    Comparator<Setting> better = Comparator.comparingDouble(figure);
    List<Setting> possible =
        report.settings().stream().filter(setting -> setting.figures() != null).toList();
    List<Setting> fitting = possible;
    for (int i = 0; i < conditions.size(); i++) {
      Condition condition = conditions.get(i);
      List<Setting> before = fitting;
      fitting = fitting.stream().filter(setting -> meets(setting, condition, report)).toList();
      if (fitting.isEmpty()) {
        throw mistake(unmet(condition, conditions.subList(0, i), before, report));
      }
    }
    return fitting.stream()
        // max() keeps the last of equal ones.
        .reduce(
            (best, other) ->
                (goal.greatest() ? better.compare(other, best) : better.compare(best, other)) > 0
                    ? other
                    : best)
        .orElseThrow();
  }

  private boolean meets(Setting setting, Condition condition, SweepReport report) {
    Function<Setting, String> text = TEXTS.get(condition.name());
    if (text != null) {
      return text.apply(setting).equals(condition.value());
    }
    double figure = figure(condition.name(), report).applyAsDouble(setting);
    double value = number(condition);
    return switch (condition.operator()) {
      case ">=" -> figure >= value;
      case "<=" -> figure <= value;
      case ">" -> figure > value;
      case "<" -> figure < value;
      default -> figure == value;
    };
  }

  private static double number(Condition condition) {
    String text = condition.value();
    try {
      if (text.endsWith("%")) {
        return Double.parseDouble(text.substring(0, text.length() - 1)) / 100;
      }
      if (text.equals("infinity")) {
        return Double.POSITIVE_INFINITY;
      }
      return text.matches(".*[A-Za-z]$") ? Quantity.count(text) : Double.parseDouble(text);
    } catch (IllegalArgumentException e) {
      throw mistake("'" + condition + "': '" + text + "' is not a number such as 0.8, 20% or 30B");
    }
  }

  private static ToDoubleFunction<Setting> figure(String name, SweepReport report) {
    if (name.equals(TEMPERATURE)) {
      return Setting::temperature;
    }
    ToDoubleFunction<Figures> figure = FIGURES.get(name);
    if (figure != null) {
      return setting -> figure.applyAsDouble(setting.figures());
    }
    int dot = name.indexOf('.');
    int criterion = report.criteria().indexOf(name.substring(dot + 1));
    if (criterion < 0) {
      throw mistake(unknown(name, report.criteria()));
    }
    int quantile = CRITERION_FIGURES.indexOf(name.substring(0, dot)) - 1;
    return setting -> {
      Criterion of = setting.figures().criteria().get(criterion);
      return quantile < 0 ? of.mean() : of.quantiles().get(quantile);
    };
  }

  private static String unknown(String name, List<String> criteria) {
    List<String> known = new ArrayList<>(FIGURES.keySet());
    known.add(TEMPERATURE);
    known.addAll(TEXTS.keySet());
    criteria.forEach(criterion -> known.add("mean." + criterion));
    return "there is no '"
        + name
        + "'; "
        + Suggestion.nearest(name, known)
            .map(near -> "did you mean '" + near + "'? There are: ")
            .orElse("there are: ")
        + String.join(", ", known)
        + ", and p05 to p95 in place of mean";
  }

  /** Why no setting is left: what the figure is where the conditions before are met. */
  private String unmet(
      Condition condition, List<Condition> met, List<Setting> before, SweepReport report) {
    String head =
        met.isEmpty()
            ? "no setting has " + condition
            : "of "
                + before.size()
                + (before.size() == 1 ? " setting" : " settings")
                + " with "
                + met.stream().map(Condition::toString).collect(Collectors.joining(", "))
                + " none has "
                + condition;
    Function<Setting, String> text = TEXTS.get(condition.name());
    if (text != null) {
      return head
          + "; "
          + condition.name()
          + " is one of "
          + before.stream().map(text).distinct().collect(Collectors.joining(", "));
    }
    ToDoubleFunction<Setting> figure = figure(condition.name(), report);
    return String.format(
        Locale.ROOT,
        "%s; %s lies between %.4g and %.4g",
        head,
        condition.name(),
        before.stream().mapToDouble(figure).min().orElseThrow(),
        before.stream().mapToDouble(figure).max().orElseThrow());
  }

  private static UserMistake mistake(String message) {
    return new UserMistake("--pick: " + message + ".");
  }
}
