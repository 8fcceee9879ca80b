/**
 * Benchmarks: reads real text and pinned models, writes figures beside those of the named rivals,
 * keeps the invariant that all rivals do the same work, which is checked.
 */
package io.gradus.benchmarks;
