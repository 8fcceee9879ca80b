/**
 * The pipeline: reads a configuration file, writes a manifest for each stage, keeps the invariant
 * that a stage whose fingerprint is finished is never run again.
 */
package io.gradus.jobs.pipeline;
