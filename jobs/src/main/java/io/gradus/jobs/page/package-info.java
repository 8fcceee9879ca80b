/**
 * How stages make HTML: reads a template, a script and values, writes a page in one file, keeps the
 * invariant that the page loads nothing from elsewhere and that no value in it is executed.
 */
package io.gradus.jobs.page;
