// SPDX-License-Identifier: Apache-2.0
// The weights of models as the files of Keras have them.
import type { WeightHolder, WeightVariable } from '../keras-files/index.js';
import { VocabularyLayer } from './adaptable-layer.js';
import { Layer } from './layer.js';
import type { LayerVariable } from './layer-variable.js';
import { OperationLayer } from './operations/operation-layer.js';

/** A weight as a Keras file knows it. */
interface KerasVariable extends WeightVariable {
  readonly variable: LayerVariable;
}

export type Holder = WeightHolder<KerasVariable>;

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
const partOf = ({ weightScope, name }: Layer, { originalName }: LayerVariable) =>
  originalName
    .slice((weightScope ?? name).length + 1)
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

/** The vocabulary, unless it is in the config. */
function vocabularyOf(layer: Layer): Pick<Holder, 'children' | 'vocabulary' | 'named'> | undefined {
  const terms = layer instanceof VocabularyLayer && layer.isAdapted ? layer.getVocabulary().map(String) : [];
  if (terms.length === 0) return undefined;
  const parts = { vocabulary: terms, named: (layer as VocabularyLayer).idfByIndex };
  if (layer.getClassName() !== 'TextVectorization') return { children: [], ...parts };
  // It contains a StringLookup, which stores the same.
  const inner = { className: 'StringLookup', name: 'string_lookup', variables: [], children: [], ...parts };
  return { children: [['_lookup_layer', inner]], ...parts };
}

/** Keras 3 does not count functions among the layers of a model. */
const isLayerOfKeras = (layer: Layer) => !(layer instanceof OperationLayer) || layer.saved.module === undefined;

/** Describes a layer, and the layers in it, to js/keras-files/. */
export function holderOf(layer: Layer, isTrainable = true): Holder {
  const trainable = isTrainable && layer.trainable;
  const className = layer.getClassName();
  const own = layer.ownWeights
    .filter((weight) => partOf(layer, weight) === '')
    .map((weight) => variableOf(weight, trainable));
  const hold = (child: Layer) => holderOf(child, trainable);
  const inner = layer.namedChildren.map(
    ([attribute, child]) =>
      [attribute, child instanceof Layer ? hold(child) : child.filter(isLayerOfKeras).map(hold)] as const,
  );
  const cell = CELLS[className];
  if (cell && inner.length === 0) {
    const holder: Holder = { className: cell, name: layer.name, variables: own, children: [] };
    return { className, name: layer.name, variables: [], children: [['cell', holder]] };
  }
  const children = [...inner, ...partsOf(layer, trainable)];
  return { className, name: layer.name, variables: own, children, ...vocabularyOf(layer) };
}
