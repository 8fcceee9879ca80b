/**
 * Order: reads the selection, writes one total order with global token offsets, keeps the invariant
 * that positions have no gap and offsets are exact.
 */
package io.gradus.jobs.order;
