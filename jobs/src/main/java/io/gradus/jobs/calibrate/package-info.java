/**
 * Calibrate: reads ratings, writes moments and percentiles by token mass of each criterion by
 * source and overall, keeps the invariant that they do not depend on partitioning.
 */
package io.gradus.jobs.calibrate;
