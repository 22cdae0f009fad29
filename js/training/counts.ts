// SPDX-License-Identifier: Apache-2.0
import { check } from '../core/errors.js';

/** Throws E_INPUT. */
export function checkCount(value: number, name: string, least = 1): void {
  const isCount = Number.isInteger(value) && value >= least;
  check(isCount, () => `${name} must be an integer of at least ${least}, got ${value}`);
}
