package io.gradus.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.apache.spark.unsafe.types.UTF8String;

class SourceIndexTest {
  @Property(tries = 200)
  void numbersNamesInTheOrderInWhichTheyAreMet(@ForAll @Size(max = 300) List<String> names) {
    SourceIndex index = new SourceIndex();
    List<String> met = new ArrayList<>(new LinkedHashSet<>(names));
    for (String name : names) {
      assertThat(index.of(UTF8String.fromString(name))).isEqualTo(met.indexOf(name));
    }
    assertThat(index.names()).isEqualTo(met);
  }

  @Property(tries = 20)
  void knowsTheNamesThatItIsMadeOf(@ForAll("hosts") List<String> hosts) {
    SourceIndex index = new SourceIndex(hosts);
    for (int number = 0; number < hosts.size(); number++) {
      assertThat(index.of(UTF8String.fromString(hosts.get(number)))).isEqualTo(number);
    }
    assertThat(index.names()).isEqualTo(hosts);
  }

  /** Alike at both ends, as names of hosts are. */
  @Provide
  Arbitrary<List<String>> hosts() {
    return Arbitraries.integers()
        .between(0, 1 << 20)
        .map(number -> "https://www.site-" + number + ".example.com")
        .list()
        .uniqueElements()
        .ofSize(2_000);
  }
}
