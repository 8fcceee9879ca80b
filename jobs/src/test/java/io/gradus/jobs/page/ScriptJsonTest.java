package io.gradus.jobs.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.gradus.common.workspace.Json;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;

class ScriptJsonTest {
  @Property
  void anyTextComesBackAndNoCharacterCanEndAScript(
      @ForAll
          @Chars({'<', '>', '&', '/', '"', '\\', '!', '-', '\u2028', '\u2029'})
          @CharRange(from = 'a', to = 'z')
          String text) {
    String json = ScriptJson.write(text);
    assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    assertThat(Json.read(json, String.class)).isEqualTo(text);
  }
}
