// SPDX-License-Identifier: Apache-2.0
// Describes models.
import type { KerasFile, TreeObject } from '../keras-files/index.js';
import type { JsonObject } from '../keras-files/index.js';
import type { WeightQuantization } from '../io/types.js';
import type { ModelFiles } from './files/model-files.js';
import type { OpenOptions } from './files/open.js';
import { findModel, type FoundModel } from './files/sniff.js';
import { readSavedLayer, type SavedLayer } from './layers/config-layers.js';
import { openKeras } from './layers/keras-source.js';
import { generatorOf } from './layers/keras-to-layers.js';
import { readTfjsModel } from './layers/tfjs-model.js';
import type { EndpointReport, InputFormat } from './report.js';
import { graphModelOf } from './graph.js';
import { countOps, endpointsOf } from './graph-parts.js';

export interface LayerInfo {
  name: string;
  className: string;
  /** The layers of a nested model. */
  layers?: LayerInfo[];
}

export interface WeightInfo {
  name: string;
  shape: number[];
  /** That of the values; in files of Keras as they are stored. */
  dtype: string;
  bytes: number;
  quantization?: WeightQuantization;
}

export interface ModelInfo {
  source: string;
  format: InputFormat;
  /** What wrote it, such as 'keras v2.15.0'. */
  generatedBy?: string;
  convertedBy?: string | null;
  layers?: LayerInfo[];
  /** Nodes by op, those of functions included; of models of TensorFlow, what a conversion leaves. */
  ops?: Record<string, number>;
  inputs?: EndpointReport[];
  outputs?: EndpointReport[];
  weights: WeightInfo[];
  weightBytes: number;
  /** What else it has, such as the state of an optimizer. */
  notes: string[];
}

export async function inspectFiles(files: ModelFiles, { hdf5Library }: OpenOptions = {}): Promise<ModelInfo> {
  const found = await findModel(files);
  const describe = DESCRIPTIONS[found.format];
  const description = await describe(files, found, hdf5Library);
  const weightBytes = description.weights.reduce((sum, { bytes }) => sum + bytes, 0);
  return { source: files.name, format: found.format, ...description, weightBytes };
}

type Description = Omit<ModelInfo, 'source' | 'format' | 'weightBytes'>;

async function describeKeras(files: ModelFiles, { path }: FoundModel, hdf5Library?: boolean): Promise<Description> {
  const { file } = await openKeras(files, path, hdf5Library);
  const notes = [
    !file.modelConfig && 'weights only, without a model',
    file.trainingConfig && 'compiled: it has an optimizer, a loss or metrics',
    file.optimizerWeights.length > 0 && `the state of the optimizer: ${file.optimizerWeights.length} arrays`,
    file.assets.size > 0 && `assets: ${[...file.assets.keys()].join(', ')}`,
  ];
  return {
    generatedBy: generatorOf(file),
    ...(file.modelConfig && { layers: layersIn(file.modelConfig) }),
    weights: weightsIn(file),
    notes: notes.filter((note) => typeof note === 'string'),
  };
}

function layersIn(topology: JsonObject): LayerInfo[] {
  const describe = ({ name, className, layers }: SavedLayer): LayerInfo => ({
    name,
    className,
    ...(layers && { layers: layers.map(describe) }),
  });
  return (readSavedLayer(topology).layers ?? []).map(describe);
}

const STORED_BYTES: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  uint64: 8,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

function weightsIn(file: KerasFile): WeightInfo[] {
  const arrays =
    file.layout === 'legacy'
      ? [...file.layers.flatMap(({ weights }) => weights), ...file.ownWeights]
      : [...arraysIn(file.root)];
  return arrays.map(({ name, array: { shape, storedAs, size } }) => ({
    name,
    shape: [...shape],
    dtype: storedAs,
    bytes: size * (STORED_BYTES[storedAs] ?? 4),
  }));
}

function* arraysIn({ path, variables, named, children }: TreeObject): Generator<{ name: string; array: TreeArray }> {
  if (path.split('/')[0] === 'optimizer') return;
  for (const [number, array] of variables) yield { name: `${path}/vars/${number}`, array };
  for (const [name, array] of named) yield { name: `${path}/${name}`, array };
  for (const child of children.values()) yield* arraysIn(child);
}

type TreeArray = TreeObject['variables'] extends ReadonlyMap<number, infer A> ? A : never;

async function describeTfjs(files: ModelFiles, { path, format }: FoundModel): Promise<Description> {
  const { head, groups } = await readTfjsModel(files, path);
  const { generatedBy, convertedBy, modelTopology, trainingConfig, userDefinedMetadata } = head;
  const weights = groups.flat();
  const notes = [
    trainingConfig && 'compiled: it has an optimizer, a loss or metrics',
    weights.some(({ group }) => group === 'optimizer') && 'the state of the optimizer',
    head.modelInitializer && 'a graph that fills its tables',
    userDefinedMetadata && `metadata: ${Object.keys(userDefinedMetadata).join(', ')}`,
  ];
  return {
    ...(generatedBy !== undefined && { generatedBy }),
    ...(convertedBy !== undefined && { convertedBy }),
    ...(format === 'tfjs_graph_model' && { ops: countOps(modelTopology) }),
    ...(format === 'tfjs_layers_model' && modelTopology ? { layers: layersIn(modelTopology as JsonObject) } : {}),
    ...endpointsOf(userDefinedMetadata?.signature ?? head.signature),
    weights: weights.map(({ name, shape, dtype, byteLength, quantization }) => ({
      name,
      shape: [...shape],
      dtype,
      bytes: byteLength,
      ...(quantization && { quantization }),
    })),
    notes: notes.filter((note) => typeof note === 'string'),
  };
}

/** What the model is after its conversion: the same outputs, with fewer nodes. */
async function describeTensorFlow(files: ModelFiles, found: FoundModel): Promise<Description> {
  const options = { skipOpCheck: true, freezeState: true };
  const task = { files, found, inputFormat: found.format, outputFormat: 'tfjs_graph_model', options } as const;
  const { generatedBy, ops, inputs, outputs, weights, notes, warnings } = await graphModelOf(task, { write() {} });
  return {
    ...(generatedBy !== undefined && { generatedBy }),
    ...(ops && { ops: ops.byOp }),
    ...(inputs && { inputs }),
    ...(outputs && { outputs }),
    weights,
    notes: [...notes, ...warnings],
  };
}

type Describe = (files: ModelFiles, found: FoundModel, hdf5Library?: boolean) => Promise<Description>;

const DESCRIPTIONS: Readonly<Record<InputFormat, Describe>> = {
  keras: describeKeras,
  keras_keras: describeKeras,
  keras_saved_model: describeTensorFlow,
  tf_saved_model: describeTensorFlow,
  tf_hub: describeTensorFlow,
  tf_frozen_model: describeTensorFlow,
  tfjs_layers_model: describeTfjs,
  tfjs_graph_model: describeTfjs,
};
