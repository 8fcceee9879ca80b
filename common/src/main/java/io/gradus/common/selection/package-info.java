/**
 * Selection: what several stages share to compare documents by their scores; reads the calibration,
 * writes nothing, keeps the invariant that equal input gives equal numbers in any order of rows.
 */
package io.gradus.common.selection;
