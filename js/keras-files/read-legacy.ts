// SPDX-License-Identifier: Apache-2.0
// The layout of .h5 files, of models and of weights.
import { TfwasmError } from '../core/errors.js';
import { arrayOf } from './arrays.js';
import type { LegacyKerasFile, NamedArray } from './file.js';
import { findGroup, findNode, type Hdf5Group, textOf } from './hdf5/nodes.js';
import { parseJsonObject } from './json.js';

/** Whether a file has this layout. */
export function isLegacy(root: Hdf5Group): boolean {
  return hasList(root, 'layer_names') || findGroup(root, 'model_weights') !== undefined;
}

/** Throws E_FILE if the file lacks arrays that it names. */
export function readLegacy(root: Hdf5Group): LegacyKerasFile {
  const weights = hasList(root, 'layer_names') ? root : (findGroup(root, 'model_weights') as Hdf5Group);
  const text = (name: string) => textOf(root, name) ?? textOf(weights, name);
  const json = (name: string) => {
    const value = textOf(root, name);
    return value === undefined ? undefined : parseJsonObject(value, `the attribute ${name}`);
  };
  const optimizer = findGroup(root, 'optimizer_weights');
  const own = findGroup(weights, 'top_level_model_weights');
  return {
    layout: 'legacy',
    kerasVersion: text('keras_version'),
    backend: text('backend'),
    modelConfig: json('model_config'),
    trainingConfig: json('training_config'),
    optimizerWeights: optimizer ? readArrays(optimizer, 'optimizer_weights') : [],
    assets: new Map(),
    layers: readList(weights, 'layer_names').map((name) => {
      const layer = findGroup(weights, name);
      if (!layer) throw new TfwasmError('E_FILE', `the HDF5 file names the layer '${name}', but does not have it`);
      return { name, weights: readArrays(layer, name) };
    }),
    ownWeights: own ? readArrays(own, 'top_level_model_weights') : [],
  };
}

function readArrays(group: Hdf5Group, groupName: string): NamedArray[] {
  return readList(group, 'weight_names').map((name) => {
    const node = findNode(group, name);
    if (node?.kind !== 'dataset') {
      throw new TfwasmError('E_FILE', `the HDF5 file has no values for '${name}' of '${groupName}'`);
    }
    return { name, array: arrayOf(node, name) };
  });
}

function hasList(group: Hdf5Group, name: string): boolean {
  return group.attributes.has(name) || group.attributes.has(`${name}0`);
}

/** A list of names. Long ones are in several attributes, since those hold 64 KB at most. */
function readList(group: Hdf5Group, name: string): string[] {
  if (group.attributes.has(name)) return namesIn(group, name);
  const parts: string[][] = [];
  while (group.attributes.has(`${name}${parts.length}`)) parts.push(namesIn(group, `${name}${parts.length}`));
  return parts.flat();
}

/** An empty list is stored as one of numbers. */
function namesIn(group: Hdf5Group, name: string): string[] {
  const value = group.attributes.get(name);
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw new TfwasmError('E_FILE', `the attribute ${name} of the HDF5 file is no list of names`);
}
