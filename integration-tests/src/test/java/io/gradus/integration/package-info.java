/**
 * The packaged program as a user runs it: reads generated corpora, writes temporary workspaces,
 * keeps the proof that shards do not depend on kills, partitions or machines.
 */
package io.gradus.integration;
