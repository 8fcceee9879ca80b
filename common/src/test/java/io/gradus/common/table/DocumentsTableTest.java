package io.gradus.common.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DocumentsTableTest {
  @Property
  void anIdLiesInABucketThatOverlapsItsBucketOfAnotherTable(
      @ForAll int head,
      @ForAll @IntRange(min = 1, max = 1_000_000) int buckets,
      @ForAll @IntRange(min = 1, max = 1_000_000) int others) {
    byte[] docId = ByteBuffer.allocate(16).putInt(head).array();
    int bucket = DocumentsTable.bucket(docId, buckets);
    assertThat(DocumentsTable.overlapping(bucket, buckets, others))
        .contains(DocumentsTable.bucket(docId, others))
        .allMatch(other -> DocumentsTable.overlapping(other, others, buckets).contains(bucket));
    assertThat(DocumentsTable.overlapping(bucket, buckets, buckets)).containsExactly(bucket);
  }
}
