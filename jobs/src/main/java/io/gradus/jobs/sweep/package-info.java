/**
 * Reads ratings, calibration and topics, writes what each of many sampling settings would select,
 * keeps the invariant that a setting's numbers are those of the selection that the stage sample
 * would make with it.
 */
package io.gradus.jobs.sweep;
