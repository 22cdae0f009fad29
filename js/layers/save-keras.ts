// SPDX-License-Identifier: Apache-2.0
// Models as files of Keras.
import { TfwasmError } from '../core/errors.js';
import type { ModelTopology } from './config.js';
import type { ModelArtifacts } from '../io/types.js';
import type { JsonObject, KerasFormat } from '../keras-files/index.js';
import { loadKerasFiles } from '../keras-files/loader.js';
import type { Container } from './container.js';
import { type Holder, holderOf } from './keras-holders.js';
import { checkForKeras2, generationOf } from './generations.js';
import { archivedTopology } from './keras-config.js';

/** The form of Keras in which files are written. */
const KERAS_2 = '2.15.0';
const KERAS_3 = '3.3.3';

/** Keras 3 calls functions in another form. */
const ONLY_KERAS_2 = /"(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)"/;

/** Artifacts whose topology is the whole file. Throws E_INPUT for an unknown format. */
export async function kerasArtifacts(model: Container, format: string): Promise<ModelArtifacts> {
  if (format !== 'keras' && format !== 'h5') {
    throw new TfwasmError('E_INPUT', `the format of a saved model is 'tfjs', 'keras' or 'h5', not '${format}'`);
  }
  const { writeKerasFile } = await loadKerasFiles();
  // TensorFlow.js spells these initializers otherwise.
  const json = model
    .toJSON()
    .replace(/"LeCun(?=\w+")/g, '"Lecun')
    .replace(/"le_cun_(?=\w+")/g, '"lecun_');
  const topology = JSON.parse(json) as ModelTopology;
  const isKeras3 = format === 'keras' && generationOf(model) !== 2 && !ONLY_KERAS_2.test(JSON.stringify(topology));
  if (!isKeras3) checkForKeras2(model);
  const modelConfig = format === 'keras' ? archivedTopology(model, topology, isKeras3) : topology;
  const bytes = await writeKerasFile({
    format: format as KerasFormat,
    kerasVersion: isKeras3 ? KERAS_3 : KERAS_2,
    modelConfig: modelConfig as unknown as JsonObject,
    root: holderOf(model) as Holder,
    readVariable: ({ variable }) => variable.read().dataSync(),
  });
  const buffer = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  return { modelTopology: buffer as ArrayBuffer, format };
}
