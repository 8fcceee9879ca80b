package io.gradus.common.table;

import io.gradus.common.table.PackedShards.PackedFormat;
import java.io.Serializable;
import java.util.List;

/**
 * One stream of sequences in all formats: the curriculum, or the validation split.
 *
 * @param folder what its paths begin with: nothing for the curriculum, {@code validation/} else
 * @param stream the token stream and how it is cut
 * @param documents in it, each repeat counted
 * @param documentTokens their tokens, with what is added to each and without padding
 * @param paddingTokens end-of-text tokens that fill sequences, sequences of padding not counted
 * @param placement the folder of the {@link PlacementTable}, or nothing where documents simply
 *     follow each other in the order
 * @param formats each format that was written
 */
public record PackedSplit(
    String folder,
    PackedStream stream,
    long documents,
    long documentTokens,
    long paddingTokens,
    String placement,
    List<PackedFormat> formats)
    implements Serializable {
  /** What the paths of the validation split begin with. */
  public static final String VALIDATION = "validation/";

  public long sequences() {
    return stream.sequences();
  }
}
