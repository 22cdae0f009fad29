// SPDX-License-Identifier: Apache-2.0
// Models in the files of Keras. The files themselves are read by js/keras-files/.
import { TfwasmError } from '../core/errors.js';
import { toBytes } from '../io/bytes.js';
import { loadKerasFiles } from '../keras-files/loader.js';
import type { KerasArray, KerasFile, MatchOptions, WeightHolder, WeightVariable } from '../keras-files/index.js';
import { tensor } from '../tensor/factories.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Container } from './container.js';
import { Layer } from './layer.js';
import type { LayerVariable } from './layer-variable.js';
import type { LayersModel } from './model.js';
import { type ModelTopology, modelFromTopology } from './model-config.js';
import type { LayerContext } from './registry.js';

/** A weight as a Keras file knows it. */
interface KerasVariable extends WeightVariable {
  readonly variable: LayerVariable;
}

type Holder = WeightHolder<KerasVariable>;

/** Where Keras keeps the weights of layers that are one object here: in objects inside, by attribute and class. */
const CELLS: Readonly<Record<string, string>> = {
  LSTM: 'LSTMCell',
  GRU: 'GRUCell',
  SimpleRNN: 'SimpleRNNCell',
  ConvLSTM1D: 'ConvLSTMCell',
  ConvLSTM2D: 'ConvLSTMCell',
  ConvLSTM3D: 'ConvLSTMCell',
};

function variableOf(variable: LayerVariable, isTrainable: boolean): KerasVariable {
  const { shape, dtype, originalName, trainable } = variable;
  const name = originalName.split('/').at(-1) as string;
  return { name, shape, dtype: dtype as KerasVariable['dtype'], trainable: trainable && isTrainable, variable };
}

/** The part of a weight's name that names an object in the layer: "query" in "attention/query/kernel". */
const partOf = (layer: Layer, { originalName }: LayerVariable) =>
  originalName
    .slice(layer.name.length + 1)
    .split('/')
    .slice(0, -1)
    .join('/');

/** Objects inside of a layer of the core: the dense layers of attention. */
function partsOf(layer: Layer, isTrainable: boolean): [string, Holder][] {
  const parts = new Map<string, LayerVariable[]>();
  for (const weight of layer.ownWeights) {
    const part = partOf(layer, weight);
    if (part !== '') parts.set(part, [...(parts.get(part) ?? []), weight]);
  }
  return [...parts].map(([part, weights]) => [
    `${part.replace(/^attention_/, '')}_dense`,
    {
      className: 'EinsumDense',
      name: part,
      variables: weights.map((weight) => variableOf(weight, isTrainable)),
      children: [],
    },
  ]);
}

/** Describes a layer, and the layers in it, to js/keras-files/. */
function holderOf(layer: Layer, isTrainable = true): Holder {
  const trainable = isTrainable && layer.trainable;
  const className = layer.getClassName();
  const own = layer.ownWeights
    .filter((weight) => partOf(layer, weight) === '')
    .map((weight) => variableOf(weight, trainable));
  const hold = (child: Layer) => holderOf(child, trainable);
  const inner = layer.namedChildren.map(
    ([attribute, child]) => [attribute, child instanceof Layer ? hold(child) : child.map(hold)] as const,
  );
  const cell = CELLS[className];
  if (cell && inner.length === 0) {
    const holder: Holder = { className: cell, name: layer.name, variables: own, children: [] };
    return { className, name: layer.name, variables: [], children: [['cell', holder]] };
  }
  return { className, name: layer.name, variables: own, children: [...inner, ...partsOf(layer, trainable)] };
}

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
