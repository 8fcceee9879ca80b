package io.gradus.jobs.page;

import io.gradus.common.workspace.Json;

/** JSON that may stand inside an HTML script element, whatever text its values hold. */
public final class ScriptJson {
  private ScriptJson() {}

  /**
   * Writes a value; characters that could end the element or a line of script are escaped, which
   * JSON readers undo.
   */
  public static String write(Object value) {
    return Json.write(value)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
