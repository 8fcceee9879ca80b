/**
 * Configuration files into records: reads HOCON, writes typed values, keeps the invariant that
 * every problem of a file is reported at once, with place and remedy.
 */
package io.gradus.common.configuration;
