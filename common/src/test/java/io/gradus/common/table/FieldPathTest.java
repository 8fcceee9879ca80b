package io.gradus.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class FieldPathTest {
  private static ObjectNode object(String json) throws JsonProcessingException {
    return (ObjectNode) new JsonMapper().readTree(json);
  }

  @Test
  void aDottedPathGoesIntoNestedObjects() throws JsonProcessingException {
    ObjectNode object = object("{\"a\": {\"b\": {\"c\": 1}, \"d\": 2}}");
    assertThat(new FieldPath("a.b.c").find(object).asInt()).isEqualTo(1);
    assertThat(new FieldPath("a.x.c").find(object).isMissingNode()).isTrue();
    assertThat(new FieldPath("a.d.c").find(object).isMissingNode()).isTrue();
    assertThat(new FieldPath("").find(object).isMissingNode()).isTrue();
  }

  @Test
  void aFieldLiterallyCalledSoGoesBefore() throws JsonProcessingException {
    ObjectNode object = object("{\"a.b\": 1, \"a\": {\"b\": 2}}");
    assertThat(new FieldPath("a.b").find(object).asInt()).isEqualTo(1);
    new FieldPath("a.b").remove(object);
    assertThat(object.toString()).isEqualTo("{\"a\":{\"b\":2}}");
  }

  @Test
  void namesWithDotsAreFoundAtEveryLevel() throws JsonProcessingException {
    ObjectNode object =
        object("{\"v1.0\": {\"edu\": 1}, \"scores\": {\"edu.v2\": 2}, \"a.b\": {}, \"a\": 3}");
    assertThat(new FieldPath("v1.0.edu").find(object).asInt()).isEqualTo(1);
    assertThat(new FieldPath("scores.edu.v2").find(object).asInt()).isEqualTo(2);
    assertThat(new FieldPath("a.b.c").find(object).isMissingNode()).isTrue();
    new FieldPath("v1.0.edu").remove(object);
    new FieldPath("scores.edu.v2").remove(object);
    assertThat(object.toString()).isEqualTo("{\"a.b\":{},\"a\":3}");
  }

  @Test
  void whatIsEmptiedByRemovingIsRemovedToo() throws JsonProcessingException {
    ObjectNode object = object("{\"a\": {\"b\": {\"c\": 1}}, \"e\": {}, \"n\": 15}");
    new FieldPath("a.b.c").remove(object);
    new FieldPath("e.f").remove(object);
    assertThat(object.toString()).isEqualTo("{\"e\":{},\"n\":15}");
    new FieldPath("e").remove(object);
    new FieldPath("n").remove(object);
    assertThat(object.isEmpty()).isTrue();
  }
}
