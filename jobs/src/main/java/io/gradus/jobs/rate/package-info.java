/**
 * The rating stage: reads documents and rater bundles, writes one row of scores for each document,
 * keeps the invariant that a document's score is the mean of its chunks' scores weighted by their
 * tokens, the same for any number of executors, retries and interruptions.
 */
package io.gradus.jobs.rate;
