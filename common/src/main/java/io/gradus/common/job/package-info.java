/**
 * What a stage runs in and how it fails: reads nothing, writes progress lines, keeps the promise
 * that a stage touches only the session, clock and console it was handed.
 */
package io.gradus.common.job;
