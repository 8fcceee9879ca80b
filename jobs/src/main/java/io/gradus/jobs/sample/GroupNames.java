package io.gradus.jobs.sample;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
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
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    this.starts = new int[names.size() + 1];
    for (int group = 0; group < names.size(); group++) {
      all.writeBytes(names.get(group).getBytes(StandardCharsets.UTF_8));
      starts[group + 1] = all.size();
    }
    this.bytes = all.toByteArray();
  }

  Binary of(int group) {
    return Binary.fromConstantByteArray(bytes, starts[group], starts[group + 1] - starts[group]);
  }
}
