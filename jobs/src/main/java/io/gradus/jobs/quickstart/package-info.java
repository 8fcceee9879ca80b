/**
 * Reads pinned artifacts from Maven Central, writes the raw files of the quickstart corpus, keeps
 * the invariant that the same artifacts give the same files.
 */
package io.gradus.jobs.quickstart;
