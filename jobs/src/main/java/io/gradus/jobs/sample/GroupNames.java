package io.gradus.jobs.sample;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.io.api.Binary;

/**
 * The names of quota groups, end to end: of a quarter of a million, a map of objects would miss the
 * processor's caches several times for each row that is written.
 */
final class GroupNames implements Serializable {
  private static final long serialVersionUID = 1;

  private final byte[] bytes;

  /** Where each name begins, and at last where they end. */
  private final int[] starts;

  GroupNames(List<String> names) {
    byte[] all = new byte[16 * names.size()];
    this.starts = new int[names.size() + 1];
    for (int group = 0; group < names.size(); group++) {
      byte[] name = names.get(group).getBytes(StandardCharsets.UTF_8);
      int end = Math.addExact(starts[group], name.length);
      if (end > all.length) {
        all = Arrays.copyOf(all, Math.max(end, Math.multiplyExact(2, all.length)));
      }
      System.arraycopy(name, 0, all, starts[group], name.length);
      starts[group + 1] = end;
    }
    this.bytes = Arrays.copyOf(all, starts[names.size()]);
  }

  Binary of(int group) {
    return Binary.fromConstantByteArray(bytes, starts[group], starts[group + 1] - starts[group]);
  }
}
