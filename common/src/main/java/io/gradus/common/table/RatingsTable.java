package io.gradus.common.table;

import java.util.List;

/**
 * What readers of the ratings table need to know beside its rows: {@code doc_id}, {@code source},
 * {@code n_tokens}, {@code n_chunks} and one double column for each criterion. One Parquet file for
 * each bucket of the documents, named {@link #fileName}, its rows in ascending order of {@code
 * doc_id}.
 *
 * @param criteria the columns that hold scores, in the raters' order
 * @param rows rated documents
 * @param tokens the sum of {@code n_tokens}, in the training tokenizer's tokens
 */
public record RatingsTable(List<String> criteria, long rows, long tokens) {
  /** The number of chunks that were rated. */
  public static final String N_CHUNKS = "n_chunks";

  public static String fileName(int bucket) {
    return String.format("bucket-%05d.parquet", bucket);
  }
}
