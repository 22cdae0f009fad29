// SPDX-License-Identifier: Apache-2.0
// What layers produce besides their outputs while a model runs or is captured.
import type { Tensor } from '../tensor/tensor.js';
import type { Updatable } from '../autodiff/capture.js';

export interface Execution {
  training: boolean;
  /** Scalars to add to the loss. */
  losses: Tensor[];
  /** New values of weights, such as moving averages. */
  updates: [variable: Updatable, value: Tensor][];
  /** Is told the layers of models as they are called, one inside the other. Returns what to call after the layer. */
  enter?: (layer: string) => () => void;
}

export const newExecution = (training: boolean): Execution => ({ training, losses: [], updates: [] });

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

/** Changes a variable when the execution that is in progress has ended; at once if there is none. */
export function updateVariable(variable: Updatable, value: Tensor): void {
  if (current) current.updates.push([variable, value]);
  else variable.write(value);
}

/** The value that the execution in progress has given a variable; undefined if it has given none. */
export function updatedValue(variable: Updatable): Tensor | undefined {
  return current?.updates.filter(([updated]) => updated === variable).at(-1)?.[1];
}

let revision = 0;

/** What was captured so far may have layers that have changed since. */
export function programsAreOutdated(): void {
  ++revision;
}

/** Programs that were captured at another revision must not be used. */
export const programRevision = (): number => revision;
