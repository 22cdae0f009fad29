// SPDX-License-Identifier: Apache-2.0
// Weights of models from the files of Keras.
import { TfwasmError } from '../core/errors.js';
import { toBytes } from '../io/bytes.js';
import { kerasBytesOf } from '../io/keras-stored.js';
import { loadStreamed } from '../io/load-options.js';
import { findLoadHandler } from '../io/router.js';
import type { IOHandler } from '../io/types.js';
import type { KerasArray, KerasFile, MatchOptions } from '../keras-files/index.js';
import { type KerasFiles, loadKerasFiles } from '../keras-files/loader.js';
import { tensor } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import { holderOf } from './keras-holders.js';

function tensorOf(array: KerasArray): Tensor {
  return tensor(array.read() as Float32Array, [...array.shape], array.dtype as 'float32');
}

/** Sets the weights that a file has. Throws E_WEIGHT_MISSING, E_SHAPE. */
export function setWeights(
  model: Container,
  file: KerasFile,
  matchWeights: KerasFiles['matchWeights'],
  options: MatchOptions,
): void {
  for (const [{ variable }, array] of matchWeights(file, holderOf(model), options)) {
    const value = tensorOf(array);
    variable.write(value);
    value.dispose();
  }
}

/** Sets the weights of a model from a .h5, .weights.h5 or .keras file. */
export async function loadKerasWeights(
  model: Container,
  source: string | Pick<IOHandler, 'load'>,
  options: MatchOptions,
): Promise<void> {
  const handler = typeof source === 'string' ? findLoadHandler(source) : source;
  const bytes = await kerasBytesOf(await loadStreamed(handler as Required<Pick<IOHandler, 'load'>>));
  if (!bytes) throw new TfwasmError('E_INPUT', 'loadWeights() takes a .keras or .h5 file');
  const { readKerasFile, matchWeights } = await loadKerasFiles();
  setWeights(model, await readKerasFile(toBytes(bytes)), matchWeights, options);
}
