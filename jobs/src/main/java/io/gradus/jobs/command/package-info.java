/**
 * The command line: reads arguments, writes messages and exit codes, keeps the promise that a
 * user's mistake is answered with one clear message and never with a stack trace.
 */
package io.gradus.jobs.command;
