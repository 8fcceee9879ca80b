package io.gradus.common.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The name of a field of a record, or of {@link DocumentsTable#META}, which may lie in nested
 * objects: {@code meta.domain}. Names may hold dots themselves; of several readings the one whose
 * first name is longest goes before, so a field literally called {@code meta.domain} before all.
 */
public record FieldPath(String dotted) {

  /** The field's value, or a {@link MissingNode}. */
  public JsonNode find(ObjectNode object) {
    if (dotted.isEmpty()) {
      return MissingNode.getInstance();
    }
    JsonNode literal = object.get(dotted);
    if (literal != null) {
      return literal;
    }
    for (int dot = dotted.lastIndexOf('.'); dot >= 0; dot = dotted.lastIndexOf('.', dot - 1)) {
      if (object.get(dotted.substring(0, dot)) instanceof ObjectNode child) {
        JsonNode found = new FieldPath(dotted.substring(dot + 1)).find(child);
        if (!found.isMissingNode()) {
          return found;
        }
      }
    }
    return MissingNode.getInstance();
  }

  /** Takes the field that {@link #find} finds out, and every object that is empty thereby. */
  public void remove(ObjectNode object) {
    if (dotted.isEmpty() || object.remove(dotted) != null) {
      return;
    }
    for (int dot = dotted.lastIndexOf('.'); dot >= 0; dot = dotted.lastIndexOf('.', dot - 1)) {
      String name = dotted.substring(0, dot);
      if (object.get(name) instanceof ObjectNode child) {
        FieldPath rest = new FieldPath(dotted.substring(dot + 1));
        if (!rest.find(child).isMissingNode()) {
          rest.remove(child);
          if (child.isEmpty()) {
            object.remove(name);
          }
          return;
        }
      }
    }
  }
}
