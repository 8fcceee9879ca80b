/**
 * Calibrate: reads ratings, writes moments and quantile sketches of each criterion by source and
 * overall, keeps the invariant that they do not depend on partitioning.
 */
package io.gradus.jobs.calibrate;
