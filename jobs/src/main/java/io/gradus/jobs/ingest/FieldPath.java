package io.gradus.jobs.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The name of a field, which may lie in nested objects: {@code meta.domain}. A field that is
 * literally called {@code meta.domain} goes before.
 */
record FieldPath(String dotted) {

  JsonNode find(ObjectNode object) {
    if (dotted.isEmpty()) {
      return MissingNode.getInstance();
    }
    JsonNode literal = object.get(dotted);
    if (literal != null) {
      return literal;
    }
    JsonNode node = object;
    for (String part : dotted.split("\\.", -1)) {
      node = node.path(part);
    }
    return node;
  }

  /** Takes the field out, and every object that is empty thereby. */
  void remove(ObjectNode object) {
    if (object.remove(dotted) == null) {
      int dot = dotted.indexOf('.');
      if (dot >= 0 && object.get(dotted.substring(0, dot)) instanceof ObjectNode child) {
        int before = child.size();
        new FieldPath(dotted.substring(dot + 1)).remove(child);
        if (child.isEmpty() && before > 0) {
          object.remove(dotted.substring(0, dot));
        }
      }
    }
  }
}
