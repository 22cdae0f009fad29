// SPDX-License-Identifier: Apache-2.0
// Files of Keras, from layers models of TensorFlow.js and from other files of Keras.
import type { JsonObject } from '../../keras-files/index.js';
import type { ModelArtifacts } from '../../io/types.js';
import type { ConversionReport } from '../report.js';
import type { ConvertSink } from '../types.js';
import type { Task } from '../task.js';
import { countLayers, readSavedLayer } from './config-layers.js';
import { checkConvertible } from './keras3.js';
import { openKeras } from './keras-source.js';
import { generatorOf } from './keras-to-layers.js';
import { kerasFileOf, loadModel } from './through-model.js';
import { artifactsOf, readTfjsModel } from './tfjs-model.js';

/** Throws E_LAYER, E_WEIGHT_MISSING, E_SHAPE, and what reading and writing throw. */
export async function kerasOfModel(task: Task, sink: ConvertSink): Promise<ConversionReport> {
  const { files, inputFormat, outputFormat, options } = task;
  const { artifacts, generatedBy, notes } = await openModel(task);
  const model = await loadModel(artifacts, options.hdf5Library);
  try {
    options.signal?.throwIfAborted();
    options.onProgress?.({ step: 'convert', fraction: 0 });
    const format = outputFormat === 'keras' ? 'h5' : 'keras';
    const bytes = await kerasFileOf(model, format);
    options.onProgress?.({ step: 'write', fraction: 0 });
    await sink.write(`model.${format}`, new Uint8Array(bytes));
    const size = model.weights.reduce((sum, { shape }) => sum + 4 * shape.reduce<number>((a, b) => a * (b ?? 1), 1), 0);
    return {
      source: files.name,
      inputFormat,
      outputFormat,
      ...(generatedBy !== undefined && { generatedBy }),
      layers: countLayers(readSavedLayer(model.toJSON(undefined, false) as JsonObject).layers ?? []),
      weights: [],
      weightBytes: { before: size, after: size },
      notes,
      warnings: [],
    };
  } finally {
    model.dispose();
  }
}

interface OpenedModel {
  artifacts: ModelArtifacts;
  generatedBy: string | undefined;
  notes: string[];
}

/** What a model is loaded from. */
export async function openModel({ files, found, inputFormat, outputFormat, options }: Task): Promise<OpenedModel> {
  const notes: string[] = [];
  const drop = (what: string, why: string) => notes.push(`${what}: ${why}`);
  if (inputFormat !== 'tfjs_layers_model') {
    const { file, bytes } = await openKeras(files, found.path, options.hdf5Library);
    // Graphs have formulas, not names of functions.
    if (outputFormat !== 'tfjs_graph_model') checkConvertible(file);
    const { optimizerWeights, trainingConfig, assets } = file;
    if (optimizerWeights.length > 0 || trainingConfig) drop(TRAINING, 'a converted model is for predictions');
    if (assets.size > 0) drop(`${assets.size} assets`, 'the model is written anew, with what its layers know');
    return { artifacts: { modelTopology: await bytes() }, generatedBy: generatorOf(file), notes };
  }
  const parts = await readTfjsModel(files, found.path);
  const { head, groups } = parts;
  if (head.trainingConfig || groups.flat().some(({ group }) => group === 'optimizer')) {
    drop(TRAINING, 'those of TensorFlow.js are not those of Keras');
  }
  if (head.userDefinedMetadata) drop('userDefinedMetadata', 'files of Keras have no place for it');
  return { artifacts: artifactsOf(parts), generatedBy: head.generatedBy, notes };
}

const TRAINING = 'the arguments of compile() and the state of the optimizer';
