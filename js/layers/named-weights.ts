// SPDX-License-Identifier: Apache-2.0
// The weights of a model by name, as files have them.
import { TfwasmError } from '../core/errors.js';
import type { NamedTensor } from '../io/weights-api.js';
import type { NamedTensorMap, Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import type { LayerVariable } from './layer-variable.js';

/** The weights with their names; trainable ones first. The tensors stay the model's. */
export function namedWeights(model: Container, trainableOnly: boolean): NamedTensor[] {
  const weights = trainableOnly ? model.trainableWeights : model.weights;
  return weights.map((weight) => ({ name: weight.originalName, tensor: weight.read() }));
}

/** "lstm/lstm_cell/kernel" -> "lstm/kernel": Keras names the cell of a recurrent layer, too. */
function withoutCell(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, -2), ...parts.slice(-1)].join('/');
}

/** Matches values with weights, and then sets all of them, so that nothing is set if the names are wrong. */
export function setNamedWeights(model: Container, values: NamedTensorMap, strict: boolean): void {
  const missing = new Map<string, LayerVariable>();
  for (const weight of model.weights) {
    if (missing.has(weight.originalName)) {
      throw new TfwasmError('E_DUPLICATE', `Duplicate weight name: ${weight.originalName}`);
    }
    missing.set(weight.originalName, weight);
  }
  const total = missing.size;
  const matched: [LayerVariable, Tensor][] = [];
  for (const [name, value] of Object.entries(values)) {
    const found = [name, withoutCell(name)].find((candidate) => missing.has(candidate));
    const weight = missing.get(found ?? name);
    if (weight) matched.push([weight, value]);
    else if (strict) {
      throw new TfwasmError('E_WEIGHT_MISSING', `Provided weight data has no target variable: ${name}`);
    }
    if (found !== undefined) missing.delete(found);
  }
  if (strict && missing.size > 0) {
    const names = [...missing.keys()].join(', ');
    throw new TfwasmError('E_WEIGHT_MISSING', `${missing.size} of ${total} weights are not set: ${names}`);
  }
  for (const [weight, value] of matched) weight.write(value);
}
