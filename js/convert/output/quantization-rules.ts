// SPDX-License-Identifier: Apache-2.0
// Which weights are quantized, and how: the rules of tensorflowjs_converter.
import { check } from '../../core/errors.js';
import type { QuantizedDType } from '../types.js';
import { compilePattern } from './patterns.js';

/** By dtype: true for all weights that no pattern of another dtype matches, or patterns of names. */
export type QuantizeOption = { [D in QuantizedDType]?: boolean | string | readonly string[] };

/** In the order in which the converter of TensorFlow.js looks at them. */
const DTYPES: readonly QuantizedDType[] = ['float16', 'uint8', 'uint16'];

interface Rule {
  dtype: QuantizedDType;
  pattern: string;
  fits: (name: string) => boolean;
  isUsed: boolean;
}

export class QuantizationRules {
  readonly #rules: Rule[];
  readonly #rest: QuantizedDType | undefined;

  /** Throws E_INPUT if two dtypes are for all weights. */
  constructor(option: QuantizeOption = {}) {
    const all = DTYPES.filter((dtype) => option[dtype] === true);
    check(all.length <= 1, () => `only one dtype can be that of all other weights, not ${all.join(' and ')}`);
    this.#rest = all[0];
    this.#rules = DTYPES.flatMap((dtype) => {
      const patterns = option[dtype];
      return typeof patterns === 'boolean' || patterns === undefined
        ? []
        : [patterns].flat().map((pattern) => ({ dtype, pattern, fits: compilePattern(pattern), isUsed: false }));
    });
  }

  get isEmpty(): boolean {
    return this.#rest === undefined && this.#rules.length === 0;
  }

  /** How a weight of this name is stored; undefined: as it is. Throws E_INPUT if patterns of two dtypes match. */
  dtypeOf(name: string): QuantizedDType | undefined {
    const found = this.#rules.filter(({ fits }) => fits(name));
    for (const rule of found) rule.isUsed = true;
    const [first] = found;
    const other = found.find(({ dtype }) => dtype !== first?.dtype);
    check(
      other === undefined,
      () => `the weight '${name}' matches patterns of ${first?.dtype} and ${other?.dtype}: make one of them narrower`,
    );
    return first?.dtype ?? this.#rest;
  }

  /** Patterns that have matched no name yet. */
  unusedPatterns(): string[] {
    return this.#rules.filter(({ isUsed }) => !isUsed).map(({ pattern }) => pattern);
  }
}
