/**
 * Topics: reads documents, writes the topic of each and what each topic is about, keeps the
 * invariant that every document has one row, in the documents' order.
 */
package io.gradus.jobs.topics;
