/**
 * Where outputs lie and how they are known again: reads and writes manifests under {@code
 * <workspace>/<stage>/<fingerprint>/}, keeps the invariant that a stage is finished exactly when
 * its manifest exists.
 */
package io.gradus.common.workspace;
