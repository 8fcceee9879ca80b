/**
 * The tables at which the stages meet: their columns, descriptors and files; keeps the invariant
 * that a document's place, hash and token bytes are pure functions of its content.
 */
package io.gradus.common.table;
