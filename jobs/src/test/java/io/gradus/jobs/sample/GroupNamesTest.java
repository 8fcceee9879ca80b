package io.gradus.jobs.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class GroupNamesTest {
  @Property(tries = 200)
  void eachGroupHasItsName(@ForAll List<String> names) {
    // What UTF-8 cannot say is no name of a source.
    List<String> valid = names.stream().map(name -> name.replaceAll("\\p{Cs}", "-")).toList();
    GroupNames all = new GroupNames(valid);
    for (int group = 0; group < valid.size(); group++) {
      assertThat(all.of(group).toStringUsingUTF8()).isEqualTo(valid.get(group));
    }
  }
}
