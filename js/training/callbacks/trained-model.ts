// SPDX-License-Identifier: Apache-2.0
// What callbacks use of a LayersModel, which js/training/ cannot import.
import type { Tensor } from '../../tensor/tensor.js';
import type { Callback } from '../callbacks.js';
import type { Optimizer } from '../optimizer.js';

interface TrainedModel {
  readonly optimizer: Optimizer;
  getWeights(): Tensor[];
  setWeights(values: Tensor[]): void;
  save(target: unknown, config?: { includeOptimizer?: boolean }): Promise<unknown>;
}

export function trainedModel(callback: Callback): TrainedModel {
  return callback.model as unknown as TrainedModel;
}
