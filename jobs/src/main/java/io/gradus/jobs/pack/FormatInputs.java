package io.gradus.jobs.pack;

import io.gradus.common.table.DocumentsTable;
import io.gradus.common.table.SequenceLayout;
import java.io.Serializable;

/**
 * What a format's writer knows of the shards it writes.
 *
 * @param folder what its paths begin with: nothing for the curriculum, {@code validation/} else
 * @param layout which sequence lies in which row of which shard
 * @param sequenceLength tokens of one training sequence
 * @param documents width of the tokens that come in, vocabulary, end-of-text
 * @param boundaries whether a format that can say it says where documents end in each sequence
 * @param shardList the file with a line for each shard of the layout
 */
record FormatInputs(
    String folder,
    SequenceLayout layout,
    int sequenceLength,
    DocumentsTable documents,
    boolean boundaries,
    String shardList)
    implements Serializable {

  /** A path in the stage's directory, from one that begins with the format's name. */
  String path(String name) {
    return folder + name;
  }
}
