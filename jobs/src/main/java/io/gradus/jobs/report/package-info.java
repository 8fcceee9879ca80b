/**
 * Reads the manifests of all stages, what topics are about, the curriculum's profile, the plan, the
 * ratings and the selection, writes one self-contained HTML file, keeps the invariant that its
 * numbers are those of the manifests and that nothing read from data is executed.
 */
package io.gradus.jobs.report;
