/**
 * Preview: reads the order and the ratings, writes a drawing of the curriculum as a page and as
 * data for the terminal, keeps the invariant that nothing but narrow tables is read.
 */
package io.gradus.jobs.preview;
