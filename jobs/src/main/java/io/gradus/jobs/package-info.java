/**
 * The stages, one package each, and the command that runs them: reads a pipeline's configuration,
 * writes its workspace, keeps the invariant that stages meet only at tables.
 */
package io.gradus.jobs;
