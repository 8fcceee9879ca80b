package io.gradus.jobs.rate;

import java.io.Serializable;

/**
 * How a session is fed.
 *
 * @param batchTokens the most positions that a batch has, padding included, unless a single chunk
 *     has more; what batches hold is part of what a score's last bits depend on
 * @param lengthStep where a bundle allows padding, chunks are padded to a multiple of so many
 *     positions, so that batches have few shapes; 1 pads nothing
 * @param runs how many batches go through the session at once; 0 for as many as this machine's
 *     cores allow, where only the executor knows them
 * @param threads inside an operator of the graph
 */
record EngineSettings(int batchTokens, int lengthStep, int runs, int threads)
    implements Serializable {
  /** The settings in the process that opens the session. */
  EngineSettings here() {
    int here = Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
    return runs > 0 ? this : new EngineSettings(batchTokens, lengthStep, here, threads);
  }
}
