package io.gradus.jobs.ingest;

import java.util.regex.Pattern;

/** The source of an input that names none: its folder's name, or its file's up to the first dot. */
final class SourceName {
  private static final Pattern GLOB = Pattern.compile("[*?\\[\\]{}]");
  private static final String DEFAULT = "default";

  private SourceName() {}

  /** {@code raw/wiki.jsonl.zst} gives wiki, {@code raw/cc/*.parquet} cc, {@code *.txt} default. */
  static String fromPath(String path) {
    String[] parts = path.replaceFirst("^[a-zA-Z0-9+.-]+:/+", "").split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      String part = parts[i];
      if (part.isBlank() || part.startsWith(".") || GLOB.matcher(part).find()) {
        continue;
      }
      int dot = part.indexOf('.');
      return dot > 0 ? part.substring(0, dot) : part;
    }
    return DEFAULT;
  }
}
