package io.gradus.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class StageMainTest {
  @Test
  void everyStageHasAMainClassThatReturnsOnSuccess() throws ReflectiveOperationException {
    for (StageCommand stage : StageCommand.all()) {
      String first = stage.name().substring(0, 1).toUpperCase(Locale.ROOT);
      Class<?> main =
          Class.forName(
              getClass().getPackageName() + "." + first + stage.name().substring(1) + "Main");
      assertThat(Modifier.isPublic(main.getModifiers())).isTrue();
      // Exiting would end this test's process.
      main.getMethod("main", String[].class).invoke(null, (Object) new String[] {"--help"});
    }
    PipelineMain.main(new String[] {"--help"});
  }
}
