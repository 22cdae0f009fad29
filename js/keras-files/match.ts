// SPDX-License-Identifier: Apache-2.0
// Which weights of a file belong to which variables of a model.
import type { KerasFile } from './file.js';
import type { Match, MatchOptions, WeightHolder, WeightVariable } from './holders.js';
import { matchLegacy } from './match-legacy.js';
import { matchTree } from './match-tree.js';

/**
 * Finds the weights of a model in a file, as Keras does: by position in .h5 files, by path in the others. Weights of
 * Keras 1, of Theano and of cuDNN are converted, quantized ones dequantized if the variable is float32.
 *
 * @param root Describes the model. `layers` are the model's layers in the order of its config.
 * @returns The variables with arrays of their shapes and dtypes, each once. With `strict`, all of them.
 * @throws E_WEIGHT_MISSING if the file has other numbers of layers or weights; E_SHAPE if shapes or dtypes differ.
 * @example
 * for (const [variable, array] of matchWeights(file, root)) variable.assign(array.read());
 */
export function matchWeights<V extends WeightVariable>(
  file: KerasFile,
  root: WeightHolder<V>,
  options: MatchOptions = {},
): Match<V>[] {
  const matches = file.layout === 'legacy' ? matchLegacy(file, root, options) : matchTree(file, root, options);
  // .h5 files have the weights of a layer that is also part of another one twice.
  return [...new Map(matches)];
}
