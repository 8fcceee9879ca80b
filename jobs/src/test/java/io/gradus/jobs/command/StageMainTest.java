package io.gradus.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StageMainTest {
  @Test
  void everyStageHasAMainClassThatReturnsOnSuccess() throws ReflectiveOperationException {
    List<String> stages =
        Stream.concat(
                StageCommand.all().stream().map(StageCommand::name), Stream.of("verify", "sweep"))
            .toList();
    for (String stage : stages) {
      String first = stage.substring(0, 1).toUpperCase(Locale.ROOT);
      Class<?> main =
          Class.forName(getClass().getPackageName() + "." + first + stage.substring(1) + "Main");
      assertThat(Modifier.isPublic(main.getModifiers())).isTrue();
      // Exiting would end this test's process.
      main.getMethod("main", String[].class).invoke(null, (Object) new String[] {"--help"});
    }
    PipelineMain.main(new String[] {"--help"});
  }
}
