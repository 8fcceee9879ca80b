/**
 * The ingest stage: reads raw files (JSONL, Parquet, plain text, WET), writes the documents table
 * in buckets with training tokens, keeps the invariant that there is one row for each distinct
 * content and that every record which is not there is counted under a reason.
 */
package io.gradus.jobs.ingest;
