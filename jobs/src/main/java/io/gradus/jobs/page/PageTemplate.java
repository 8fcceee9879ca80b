package io.gradus.jobs.page;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A page as a template that escapes every value, with style, script and charts inlined. */
public final class PageTemplate {
  /** The version is part of a WebJar's path; it is the pom's {@code chartjs.version}. */
  private static final String CHARTS =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private PageTemplate() {}

  /**
   * Fills a template; a value that the template names and the view lacks is a defect.
   *
   * @param owner beside this class lie the resources {@code NAME.mustache} and {@code NAME.js}
   * @param name of the page
   */
  public static String render(Class<?> owner, String name, Map<String, Object> view) {
    Map<String, Object> all = new LinkedHashMap<>(view);
    all.put("style", resource(PageTemplate.class, "page.css"));
    all.put("script", resource(owner, name + ".js"));
    all.put(
        "charts", resource(PageTemplate.class, CHARTS).replaceAll("//# sourceMappingURL=\\S*", ""));
    return Mustache.compiler()
        .escapeHTML(true)
        .emptyStringIsFalse(true)
        .compile(resource(owner, name + ".mustache"))
        .execute(all);
  }

  private static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
