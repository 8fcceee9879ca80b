package io.gradus.jobs.quickstart;

import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The comments of a Java file as text. */
final class JavaComments {
  /** String and character literals come first: a comment's opening inside them opens none. */
  private static final Pattern LITERAL_OR_COMMENT =
      Pattern.compile(
          """
          ""\".*?(?<!\\\\)""\"\
          |"[^"\\\\\\n]*+(?:\\\\.[^"\\\\\\n]*+)*+"\
          |'[^'\\\\\\n]*+(?:\\\\.[^'\\\\\\n]*+)*+'\
          |(?<block>/\\*.*?\\*/)\
          |(?<lines>//[^\\n]*+(?:\\n[ \\t]*+//[^\\n]*+)*+)\
          """,
          Pattern.DOTALL);

  private static final Pattern BLOCK_MARKERS =
      Pattern.compile("\\A/\\*+[ \\t]*|[ \\t]*\\**/\\z|^[ \\t]*\\*(?!/) ?", Pattern.MULTILINE);
  private static final Pattern LINE_MARKERS = Pattern.compile("^[ \\t]*//+ ?", Pattern.MULTILINE);

  /**
   * All comments in order, without their markers, an empty line between two; consecutive line
   * comments are one. The block at the very top of a file, its licence, is left out.
   */
  static String of(String source) {
    StringJoiner comments = new StringJoiner("\n\n");
    String code = source.strip();
    Matcher matcher = LITERAL_OR_COMMENT.matcher(code);
    while (matcher.find()) {
      String comment = "";
      if (matcher.group("block") != null && matcher.start() > 0) {
        comment = BLOCK_MARKERS.matcher(matcher.group()).replaceAll("");
      } else if (matcher.group("lines") != null) {
        comment = LINE_MARKERS.matcher(matcher.group()).replaceAll("");
      }
      if (!comment.isBlank()) {
        comments.add(comment.strip());
      }
    }
    return comments.toString();
  }

  private JavaComments() {}
}
