/**
 * Clusters: reads a profile, writes a spark-submit command line and an estimate of what a pipeline
 * needs, keeps the invariant that it starts no Spark itself and knows no stage.
 */
package io.gradus.jobs.cluster;
