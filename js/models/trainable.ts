// SPDX-License-Identifier: Apache-2.0
// Graph models whose weights are variables. Only the entry `tfwasm` can make them.
import { TfwasmError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Variable } from '../tensor/variable.js';

/** The weights of a graph model as variables, and runs of the model with their values. */
export interface TrainableWeights {
  /** By the names of the weights. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** The fetches, from one tensor per feed. Names as for CoreModule.compileRun. */
  run(feeds: readonly string[], fetches: readonly string[], inputs: readonly Tensor[]): Tensor[];
  dispose(): void;
}

/** `weights`: by name. They stay the caller's. */
type Maker = (model: () => number, weights: ReadonlyMap<string, Tensor>) => TrainableWeights;

let maker: Maker | undefined;

export function setTrainableMaker(make: Maker): void {
  maker = make;
}

/** Throws E_WASM in the entry `tfwasm/inference`. */
export function makeTrainable(model: () => number, weights: ReadonlyMap<string, Tensor>): TrainableWeights {
  if (maker) return maker(model, weights);
  throw new TfwasmError('E_WASM', "the option trainable needs the entry 'tfwasm'");
}
