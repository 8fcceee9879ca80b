/**
 * Reads the profile of a curriculum and the facts of a training run, writes a plan of learning
 * rates and checkpoint averages with fragments for trainers, keeps the invariant that every number
 * names its source and scope.
 */
package io.gradus.jobs.advise;
