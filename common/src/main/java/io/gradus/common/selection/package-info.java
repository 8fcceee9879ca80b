/**
 * The arithmetic of a selection, which the stages sample and sweep share: reads rows of ratings,
 * writes nothing, keeps the invariant that a score, a key and a budget follow from configuration,
 * calibration and row alone.
 */
package io.gradus.common.selection;
