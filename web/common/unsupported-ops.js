// SPDX-License-Identifier: Apache-2.0
// The unsupported ops of a model that does not load, from the error that names them all. No DOM.

/** "the model uses ops that are not supported: A (2x, e.g. 'a'), B (1x, e.g. 'b'); ... it also has: C (1x, e.g. 'c')" */
const LIST = /ops that are not supported: (.*)$/s;
const ENTRY = /(?:^|, |: )([^\s,]+) \(\d+x/g;

/**
 * @param {{code?: string, message: string} | null} problem The error of loading the model.
 * @returns {Set<string>} Names of ops.
 */
export function unsupportedOps(problem) {
  const [, list = ''] = (problem?.code === 'E_OP' && LIST.exec(problem.message)) || [];
  return new Set(Array.from(list.matchAll(ENTRY), ([, op]) => op));
}
