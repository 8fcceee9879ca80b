package io.gradus.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class FieldPathTest {
  @Test
  void aDottedPathGoesIntoNestedObjects() throws Rejected {
    ObjectNode object = ExactJson.readObject("{\"a\": {\"b\": {\"c\": 1}, \"d\": 2}}");
    assertThat(new FieldPath("a.b.c").find(object).asInt()).isEqualTo(1);
    assertThat(new FieldPath("a.x.c").find(object).isMissingNode()).isTrue();
    assertThat(new FieldPath("a.d.c").find(object).isMissingNode()).isTrue();
  }

  @Test
  void aFieldLiterallyCalledSoGoesBefore() throws Rejected {
    ObjectNode object = ExactJson.readObject("{\"a.b\": 1, \"a\": {\"b\": 2}}");
    assertThat(new FieldPath("a.b").find(object).asInt()).isEqualTo(1);
    new FieldPath("a.b").remove(object);
    assertThat(ExactJson.write(object)).isEqualTo("{\"a\":{\"b\":2}}");
  }

  @Test
  void whatIsEmptiedByRemovingIsRemovedToo() throws Rejected {
    ObjectNode object = ExactJson.readObject("{\"a\": {\"b\": {\"c\": 1}}, \"e\": {}, \"n\": 1e5}");
    new FieldPath("a.b.c").remove(object);
    new FieldPath("e.f").remove(object);
    assertThat(ExactJson.write(object)).isEqualTo("{\"e\":{},\"n\":1E+5}");
    new FieldPath("e").remove(object);
    new FieldPath("n").remove(object);
    assertThat(ExactJson.write(object)).isNull();
  }
}
