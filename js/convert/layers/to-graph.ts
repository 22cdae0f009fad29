// SPDX-License-Identifier: Apache-2.0
// Models made of layers as graph models.
import type { JsonObject } from '../../keras-files/index.js';
import type { LayersModel } from '../../layers-model/model.js';
import { convertTree } from '../graph.js';
import type { ConversionReport } from '../report.js';
import type { Task } from '../task.js';
import type { ConvertSink } from '../types.js';
import { countLayers, readSavedLayer } from './config-layers.js';
import { graphModelFiles } from './model-graph.js';
import { loadModel } from './through-model.js';
import { openModel } from './to-keras.js';

/**
 * Throws E_LAYER for layers that are not known, E_OP for those that need ops which the target lacks, E_SHAPE, E_STATE, and
 * what reading and writing throw.
 */
export async function graphOfLayers(task: Task, sink: ConvertSink): Promise<ConversionReport> {
  const { options } = task;
  const { artifacts, generatedBy, notes } = await openModel(task);
  const model = await loadModel(artifacts, options.hdf5Library);
  try {
    const outputKeys = keysOf(model, task.inputFormat !== 'tfjs_layers_model' && /^keras v3/.test(generatedBy ?? ''));
    const tree = await graphModelFiles(model, { outputKeys, generatedBy }, options.freezeState === true);
    const report = await convertTree(task, sink, tree, 'tfjs_graph_model');
    const saved = readSavedLayer(model.toJSON(undefined, false) as JsonObject);
    return { ...report, layers: countLayers(saved.layers ?? []), notes: [...notes, ...report.notes] };
  } finally {
    model.dispose();
  }
}

/** Keras 3 numbers the outputs of an exported model, Keras 2 names them after their layers. */
function keysOf(model: LayersModel, isNumbered: boolean): string[] {
  const keys: string[] = [];
  for (const [i, name] of model.outputNames.entries()) {
    let key = isNumbered ? `output_${i}` : name;
    for (let next = 1; keys.includes(key); ++next) key = `${name}_${next}`;
    keys.push(key);
  }
  return keys;
}
