package io.gradus.jobs.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The page as a template that escapes every value, with style, script and charts inlined. */
final class PageTemplate {
  /** The version is part of a WebJar's path; it is the pom's {@code chartjs.version}. */
  private static final String CHARTS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private PageTemplate() {}

  /** Fills the template; a value that the template names and the view lacks is a defect. */
  static String render(Map<String, Object> view) {
    Map<String, Object> all = new LinkedHashMap<>(view);
    all.put("style", resource("report.css"));
    all.put("script", resource("report.js"));
    all.put("charts", resource(CHARTS).replaceAll("//# sourceMappingURL=\\S*", ""));
    return Mustache.compiler()
        .escapeHTML(true)
        .emptyStringIsFalse(true)
        .compile(resource("report.mustache"))
        .execute(all);
  }

  private static String resource(String name) {
    try (InputStream in = PageTemplate.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
