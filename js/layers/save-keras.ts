// SPDX-License-Identifier: Apache-2.0
// Models as files of Keras.
import { TfwasmError } from '../core/errors.js';
import type { Config, ModelTopology } from './config.js';
import type { ModelArtifacts } from '../io/types.js';
import type { JsonObject, KerasFormat } from '../keras-files/index.js';
import { loadKerasFiles } from '../keras-files/loader.js';
import type { Container } from './container.js';
import { type Holder, holderOf } from './keras-holders.js';
import { checkForKeras2, generationOf } from './generations.js';
import { archivedTopology } from './keras-config.js';
import { addSharedIds } from './shared-ids.js';

/** The form of Keras in which files are written. */
const KERAS_2 = '2.15.0';
const KERAS_3 = '3.3.3';

/** Keras 3 calls functions in another form. */
const ONLY_KERAS_2 = /"(TFOpLambda|SlicingOpLambda|TensorFlowOpLayer)"/;

/** A variable of an optimizer, to be written. */
export interface StateVariable {
  name: string;
  shape: readonly number[];
  dtype: 'int32' | 'float32';
  read(): Int32Array | Float32Array;
}

/** How a model is trained. */
export interface KerasTraining {
  /** The arguments of compile(). */
  config: JsonObject;
  /** The state of the optimizer. */
  variables: readonly StateVariable[];
}

/**
 * Artifacts whose topology is the whole file. Throws E_INPUT for an unknown format.
 *
 * @param describeTraining What the file gets of the training, for Keras 3 or Keras 2.
 */
export async function kerasArtifacts(
  model: Container,
  format: string,
  describeTraining?: (format: KerasFormat, isKeras3: boolean) => KerasTraining | undefined,
): Promise<ModelArtifacts> {
  if (format !== 'keras' && format !== 'h5') {
    throw new TfwasmError('E_INPUT', `the format of a saved model is 'tfjs', 'keras' or 'h5', not '${format}'`);
  }
  const { KerasArray, writeKerasFile } = await loadKerasFiles();
  // TensorFlow.js spells these initializers otherwise.
  const json = model
    .toJSON()
    .replace(/"LeCun(?=\w+")/g, '"Lecun')
    .replace(/"le_cun_(?=\w+")/g, '"lecun_');
  const topology = JSON.parse(json) as ModelTopology;
  addSharedIds(model, topology.config as Config);
  const isKeras3 = format === 'keras' && generationOf(model) !== 2 && !ONLY_KERAS_2.test(JSON.stringify(topology));
  if (!isKeras3) checkForKeras2(model);
  const modelConfig = format === 'keras' ? archivedTopology(model, topology, isKeras3) : topology;
  const training = describeTraining?.(format, isKeras3);
  const bytes = await writeKerasFile({
    format: format as KerasFormat,
    kerasVersion: isKeras3 ? KERAS_3 : KERAS_2,
    modelConfig: modelConfig as unknown as JsonObject,
    root: holderOf(model) as Holder,
    readVariable: ({ variable }) => variable.read().dataSync(),
    ...(training && {
      trainingConfig: training.config,
      optimizerWeights: training.variables.map(({ name, shape, dtype, read }) => ({
        name,
        array: new KerasArray(shape, dtype, read),
      })),
    }),
  });
  const buffer = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  return { modelTopology: buffer as ArrayBuffer, format };
}
