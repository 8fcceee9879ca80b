package io.gradus.jobs.verify;

import java.io.Serializable;

/**
 * What a trainer's loader gives to whom in one epoch without shuffling. Samples are numbered from 0
 * as the loader counts those of its files; every answer follows from a few numbers, so that any
 * part of the run can be asked for by itself.
 */
interface LoaderOrder extends Serializable {
  /** How many batches the loader of a rank gives before it ends. */
  long batches(int rank);

  /** Which of the rank's workers loads a batch, from 0. */
  int worker(int rank, long batch);

  /** The samples of a batch, in order; the last batches may be short. */
  long[] batch(int rank, long batch);
}
