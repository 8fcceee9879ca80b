package io.gradus.jobs.calibrate;

import io.gradus.common.table.CalibrationTable;

/**
 * What {@code calibrate} did.
 *
 * @param table the descriptor for the stages that read the calibration
 * @param rows one for each criterion and source, and one for each criterion overall
 */
public record CalibrateResult(CalibrationTable table, long rows) {}
