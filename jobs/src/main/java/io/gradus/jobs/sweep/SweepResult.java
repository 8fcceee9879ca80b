package io.gradus.jobs.sweep;

/**
 * What {@code sweep} did.
 *
 * @param settings how many were compared
 * @param impossible how many of them cannot be done
 * @param onFront how many are on a Pareto front
 * @param documents rated documents
 * @param estimateDocuments how many of them were looked at to estimate diversity
 * @param scans how often the ratings were read
 */
public record SweepResult(
    int settings, int impossible, int onFront, long documents, long estimateDocuments, int scans) {}
