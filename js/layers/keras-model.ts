// SPDX-License-Identifier: Apache-2.0
// Models in the files of Keras. The files themselves are read by js/keras-files/.
import { TfwasmError } from '../core/errors.js';
import { toBytes } from '../io/bytes.js';
import { loadKerasFiles } from '../keras-files/loader.js';
import type { ModelTopology } from './config.js';
import type { KerasArray, KerasFile, MatchOptions } from '../keras-files/index.js';
import { tensor } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import { holderOf } from './keras-holders.js';
import type { LayersModel } from './model.js';
import { modelFromTopology } from './model-config.js';
import type { LayerContext } from './registry.js';

function tensorOf(array: KerasArray): Tensor {
  return tensor(array.read() as Float32Array, [...array.shape], array.dtype as 'float32');
}

function setWeights(
  model: Container,
  file: KerasFile,
  matchWeights: Awaited<ReturnType<typeof loadKerasFiles>>['matchWeights'],
  options: MatchOptions,
): void {
  for (const [{ variable }, array] of matchWeights(file, holderOf(model), options)) {
    const value = tensorOf(array);
    variable.write(value);
    value.dispose();
  }
}

/** A model, with its weights, from the bytes of a file. Throws E_FILE, E_LAYER, E_WEIGHT_MISSING, E_SHAPE. */
export async function modelFromKerasFile(
  bytes: ArrayBuffer,
  context: Partial<LayerContext>,
  options: MatchOptions,
): Promise<LayersModel> {
  const { readKerasFile, matchWeights } = await loadKerasFiles();
  const file = await readKerasFile(toBytes(bytes));
  if (!file.modelConfig) {
    throw new TfwasmError('E_LAYER', 'the file has weights only: create the model, and call its loadWeights()');
  }
  const generation = file.kerasVersion?.startsWith('3') ? 3 : 2;
  const topology = file.modelConfig as unknown as ModelTopology;
  const model = modelFromTopology(topology, { generation, ...context });
  try {
    setWeights(model, file, matchWeights, options);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Sets the weights of a model from the bytes of a file with or without a model. */
export async function loadKerasWeights(model: Container, bytes: ArrayBuffer, options: MatchOptions): Promise<void> {
  const { readKerasFile, matchWeights } = await loadKerasFiles();
  setWeights(model, await readKerasFile(toBytes(bytes)), matchWeights, options);
}
