// SPDX-License-Identifier: Apache-2.0
// What is known about the real models of tests/convert/real-models.test.mjs.

/** Models that cannot be converted, and what the error says, by folder. */
export const EXPECTED_REFUSALS = {};

/** Models whose results are not compared, and why. */
export const UNCHECKED = {};
