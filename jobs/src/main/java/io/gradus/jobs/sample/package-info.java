/**
 * Sample: reads ratings and their calibration, writes the selection, keeps the invariant that each
 * quota group's token budget is met to within one document, by the same documents for any
 * partitioning.
 */
package io.gradus.jobs.sample;
