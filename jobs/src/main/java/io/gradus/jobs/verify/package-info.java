/**
 * Reads the packed shards byte by byte with readers of its own, and the narrow columns of
 * documents, selection and order, writes a list of everything that does not agree, keeps the
 * invariant that shards pass only when every ordered token is in them exactly once and in order.
 */
package io.gradus.jobs.verify;
