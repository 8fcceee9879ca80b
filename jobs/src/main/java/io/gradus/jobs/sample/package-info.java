/**
 * Sample: reads ratings, their calibration and the topics where there are any, writes the
 * selection, its quota groups and the validation split, keeps the invariant that each quota group's
 * token budget is met to within one document, by the same documents for any partitioning.
 */
package io.gradus.jobs.sample;
