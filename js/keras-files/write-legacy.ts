// SPDX-License-Identifier: Apache-2.0
// The layout of .h5 files that are written.
import { TfwasmError } from '../core/errors.js';
import type { NamedArray } from './file.js';
import { type GroupToWrite, groupAt, makeGroup, putDataset } from './hdf5/write.js';
import { childrenOf, layersOf, legacyOrder, type WeightHolder, type WeightVariable } from './holders.js';
import { formatJson } from './json.js';
import type { KerasFileToWrite } from './to-write.js';
import { datasetOf, optimizerDataset } from './write-arrays.js';

/** Attributes hold 64 KB at most. Keras splits longer lists at this size. */
const MAX_LIST_BYTES = 64_512;

/** A file with the model and its weights. */
export function legacyModel<V extends WeightVariable>(file: KerasFileToWrite<V>, config: string): GroupToWrite {
  const root = makeGroup();
  root.attributes.set('keras_version', file.kerasVersion);
  root.attributes.set('backend', file.backend ?? 'tensorflow');
  root.attributes.set('model_config', config);
  if (file.trainingConfig) root.attributes.set('training_config', formatJson(file.trainingConfig));
  root.children.set('model_weights', legacyWeights(file));
  if (file.optimizerWeights?.length) root.children.set('optimizer_weights', optimizerGroup(file.optimizerWeights));
  return root;
}

/** A file with the weights alone. */
export function legacyWeights<V extends WeightVariable>(file: KerasFileToWrite<V>): GroupToWrite {
  const { root, readVariable } = file;
  const group = makeGroup();
  const layers = layersOf(root) ?? [root];
  putNames(
    group,
    'layer_names',
    layers.map(({ name }) => name),
  );
  group.attributes.set('backend', file.backend ?? 'tensorflow');
  group.attributes.set('keras_version', file.kerasVersion);
  const taken = new Set<string>();
  for (const layer of layers) {
    if (taken.has(layer.name)) throw new TfwasmError('E_DUPLICATE', `two layers have the name '${layer.name}'`);
    taken.add(layer.name);
    putWeights(group, layer, readVariable);
  }
  const own = { ...root, name: 'top_level_model_weights', children: [] };
  putWeights(group, layersOf(root) ? own : { ...own, variables: [] }, readVariable);
  return group;
}

function putWeights<V extends WeightVariable>(
  weights: GroupToWrite,
  layer: WeightHolder<V>,
  readVariable: (variable: V) => Parameters<typeof datasetOf>[1],
): void {
  const group = groupAt(weights, layer.name);
  const names = uniqueNames(layer);
  const variables = legacyOrder(layer);
  putNames(
    group,
    'weight_names',
    variables.map((variable) => names.get(variable) as string),
  );
  for (const variable of variables) {
    const name = names.get(variable) as string;
    putDataset(group, name, datasetOf(variable, readVariable(variable), name));
  }
}

/** Names as in Keras 2, such as 'bidirectional/forward_lstm/lstm_cell/kernel:0'. */
function uniqueNames<V extends WeightVariable>(layer: WeightHolder<V>): Map<V, string> {
  const names = new Map<V, string>();
  const taken = new Set<string>();
  visit(layer, layer.name);
  return names;

  function visit(holder: WeightHolder<V>, path: string): void {
    for (const variable of holder.variables) {
      if (names.has(variable)) continue;
      const name = `${path}/${variable.name}`;
      let unique = name;
      for (let n = 1; taken.has(unique); ++n) unique = `${name}_${n}`;
      taken.add(unique);
      names.set(variable, `${unique}:0`);
    }
    for (const child of childrenOf(holder)) visit(child, `${path}/${child.name}`);
  }
}

function optimizerGroup(weights: readonly NamedArray[]): GroupToWrite {
  const group = makeGroup();
  putNames(
    group,
    'weight_names',
    weights.map(({ name }) => name),
  );
  for (const weight of weights) putDataset(group, weight.name, optimizerDataset(weight));
  return group;
}

/** A list of names; a long one as several lists of almost equal length, with numbers at the end of their names. */
function putNames(group: GroupToWrite, attribute: string, names: readonly string[]): void {
  const longest = Math.max(0, ...names.map((name) => new TextEncoder().encode(name).length));
  const perList = Math.max(1, Math.floor(MAX_LIST_BYTES / Math.max(1, longest)));
  if (names.length <= perList) {
    group.attributes.set(attribute, names);
    return;
  }
  const lists = Math.ceil(names.length / perList);
  const [size, longer] = [Math.floor(names.length / lists), names.length % lists];
  for (let list = 0; list < lists; ++list) {
    const start = list * size + Math.min(list, longer);
    group.attributes.set(`${attribute}${list}`, names.slice(start, start + size + (list < longer ? 1 : 0)));
  }
}
