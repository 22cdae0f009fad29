// SPDX-License-Identifier: Apache-2.0
// What layers produce besides their outputs while a model runs or is captured.
import type { Tensor } from '../tensor/tensor.js';
import type { LayerVariable } from './layer-variable.js';

export interface Execution {
  training: boolean;
  /** Scalars to add to the loss. */
  losses: Tensor[];
  /** New values of weights, such as moving averages. */
  updates: [variable: LayerVariable, value: Tensor][];
}

let current: Execution | undefined;

/** The execution that is in progress; undefined if a layer was called by itself. */
export function currentExecution(): Execution | undefined {
  return current;
}

/** Runs `f`, and collects what layers produce in it. */
export function execute<T>(execution: Execution, f: () => T): T {
  const outer = current;
  current = execution;
  try {
    return f();
  } finally {
    current = outer;
  }
}
