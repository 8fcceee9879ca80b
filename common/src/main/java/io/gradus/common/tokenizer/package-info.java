/**
 * What every user of native tokenizers needs: reads system properties, writes those that are
 * absent, keeps the promise that loading a tokenizer does not reach out of the process.
 */
package io.gradus.common.tokenizer;
