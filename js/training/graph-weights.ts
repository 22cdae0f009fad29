// SPDX-License-Identifier: Apache-2.0
// Trains the weights of graph models.
import { isTakingGradients } from '../autodiff/backward.js';
import { isCapturing, keyOfTensors, ProgramCache } from '../autodiff/capture.js';
import { callTrainingCore } from '../autodiff/core.js';
import { uniqueWeightName } from '../layers/names.js';
import type { TrainableWeights } from '../models/trainable.js';
import { type Tensor, tensorsOfHandles } from '../tensor/tensor.js';
import { Variable } from '../tensor/variable.js';

const handleOf = (tensor: Tensor) => tensor.storage.handle();

export class GraphWeights implements TrainableWeights {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly #model: () => number;
  readonly #programs = new ProgramCache();

  /** @param model Returns the handle of the model. */
  constructor(model: () => number, weights: ReadonlyMap<string, Tensor>) {
    this.#model = model;
    const trained = [...weights].filter(([, { dtype }]) => dtype === 'float32');
    this.variables = new Map(trained.map(([name, value]) => [name, new Variable(value, true, uniqueWeightName(name))]));
  }

  run(feeds: readonly string[], fetches: readonly string[], inputs: readonly Tensor[]): Tensor[] {
    // Gradients, and captures of a function that calls the model, need its ops one by one.
    if (isCapturing() || isTakingGradients()) return this.#emit(feeds, fetches, inputs);
    const key = JSON.stringify([feeds, fetches]) + keyOfTensors(inputs);
    const specs = inputs.map(({ dtype, shape }) => ({ dtype, shape, declared: shape }));
    return this.#programs.run(key, inputs, (fn) =>
      fn.capture(specs, (given) => ({ outputs: this.#emit(feeds, fetches, given), updates: [] })),
    );
  }

  #emit(feeds: readonly string[], fetches: readonly string[], inputs: readonly Tensor[]): Tensor[] {
    const names = [...this.variables.keys()];
    const weights = [...this.variables.values()].map(handleOf);
    const given = inputs.map(handleOf);
    const model = this.#model();
    return tensorsOfHandles(
      callTrainingCore((core) => core.emitModel(model, [...feeds], [...fetches], given, names, weights)),
    );
  }

  dispose(): void {
    this.#programs.dispose();
    for (const variable of this.variables.values()) variable.dispose();
  }
}
