// SPDX-License-Identifier: Apache-2.0
// Layers models of TensorFlow.js, from Keras files and from other layers models.
import { type ModelHead, writeModel } from '../output/write-model.js';
import type { WeightSource } from '../output/weights.js';
import type { ConversionReport } from '../report.js';
import type { JsonObject } from '../../keras-files/index.js';
import type { ConvertSink } from '../types.js';
import type { Task } from '../task.js';
import { countLayers, readSavedLayer } from './config-layers.js';
import { CONVERTER, type ConvertedParts, layersOfKeras } from './keras-to-layers.js';
import { openKeras } from './keras-source.js';
import { adaptTopology, layersNotInTfjs } from './tfjs-config.js';
import { readTfjsModel } from './tfjs-model.js';

/** Throws what reading, quantizing and writing throw. */
export async function layersModelOf(task: Task, sink: ConvertSink): Promise<ConversionReport> {
  const { files, inputFormat, outputFormat, options } = task;
  const { metadata, splitWeightsByLayer, onProgress } = options;
  const { parts, notes, warnings, close } = await openParts(task);
  try {
    onProgress?.({ step: 'convert', fraction: 0 });
    const head = adaptHead(parts.head);
    const known = head.userDefinedMetadata ?? {};
    const written = await writeModel(
      {
        head: { ...head, ...(metadata && { userDefinedMetadata: { ...known, ...metadata } }) },
        groups: splitWeightsByLayer ? byLayer(parts.groups) : [parts.groups.flat()],
      },
      sink,
      { ...options, onWeight: (done, total) => onProgress?.({ step: 'write', fraction: done / total }) },
    );
    const topology = head.modelTopology as JsonObject | null;
    return {
      source: files.name,
      inputFormat,
      outputFormat,
      ...(head.generatedBy !== undefined && { generatedBy: head.generatedBy }),
      ...(topology && { layers: countLayers(readSavedLayer(topology).layers ?? []) }),
      weights: written.weights,
      weightBytes: { before: written.before, after: written.after },
      notes,
      warnings: [...warnings, ...(topology ? foreignLayers(topology) : []), ...written.warnings],
    };
  } finally {
    close();
  }
}

async function openParts({ files, found, inputFormat, options }: Task): Promise<ConvertedParts> {
  if (inputFormat !== 'tfjs_layers_model')
    return layersOfKeras(await openKeras(files, found.path, options.hdf5Library));
  const { head, groups } = await readTfjsModel(files, found.path);
  return { parts: { head: { ...head, convertedBy: CONVERTER }, groups }, notes: [], warnings: [], close() {} };
}

function adaptHead(head: ModelHead): ModelHead {
  const { modelTopology } = head;
  return { ...head, modelTopology: modelTopology && adaptTopology(modelTopology as JsonObject) };
}

function foreignLayers(topology: JsonObject): string[] {
  return Array.from(
    layersNotInTfjs(topology),
    ([className, name]) =>
      `TensorFlow.js has no layer ${className} ('${name}'): programs that use it have to register such a class`,
  );
}

/** Groups of the weights whose names begin with the same layer. */
function byLayer(groups: readonly (readonly WeightSource[])[]): WeightSource[][] {
  const layers: WeightSource[][] = [];
  let current: string | undefined;
  for (const weight of groups.flat()) {
    const layer = weight.name.split('/')[0];
    if (layer !== current || layers.length === 0) layers.push([]);
    current = layer;
    layers.at(-1)?.push(weight);
  }
  return layers;
}
