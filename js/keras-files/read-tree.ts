// SPDX-License-Identifier: Apache-2.0
// The layout of .weights.h5 files, also of those in .keras files.
import { TfwasmError } from '../core/errors.js';
import { arrayOf, type KerasArray } from './arrays.js';
import type { NamedArray, TreeObject } from './file.js';
import { type Hdf5Group, textOf } from './hdf5/nodes.js';

/** The name of the group with the variables of an object. */
const VARIABLES = 'vars';

interface Building extends TreeObject {
  variables: Map<number, KerasArray>;
  named: Map<string, KerasArray>;
  children: Map<string, Building>;
}

/** The objects in files, each of which has a part of the variables. Throws E_FILE if there are no groups of variables. */
export function readTree(files: readonly Hdf5Group[]): TreeObject {
  const root = makeObject('');
  const found = files.map((file) => addGroup(root, file));
  if (!found.includes(true)) throw new TfwasmError('E_FILE', 'the HDF5 file has no weights of Keras');
  return root;
}

function makeObject(path: string): Building {
  return { path, name: undefined, variables: new Map(), named: new Map(), children: new Map() };
}

/** Returns whether there are groups of variables. */
function addGroup(object: Building, group: Hdf5Group): boolean {
  let found = false;
  for (const [name, node] of group.children) {
    if (node.kind !== 'group') continue;
    if (name === VARIABLES) {
      addVariables(object, node);
      found = true;
    } else {
      // Some versions of Keras write 'layers\dense' on Windows.
      found = addGroup(descend(object, name.split('\\')), node) || found;
    }
  }
  return found;
}

function descend(object: Building, names: readonly string[]): Building {
  let at = object;
  for (const name of names) {
    let child = at.children.get(name);
    if (!child) {
      child = makeObject(at.path === '' ? name : `${at.path}/${name}`);
      at.children.set(name, child);
    }
    at = child;
  }
  return at;
}

function addVariables(object: Building, group: Hdf5Group): void {
  object.name ??= textOf(group, 'name');
  for (const [key, node] of group.children) {
    if (node.kind !== 'dataset') continue;
    const array = arrayOf(node, `${object.path}/vars/${key}`);
    if (/^\d{1,9}$/.test(key)) object.variables.set(Number(key), array);
    else object.named.set(key, array);
  }
}

/** The variables of an optimizer and of the one that it wraps. */
export function optimizerWeightsIn(root: TreeObject): NamedArray[] {
  const optimizer = root.children.get('optimizer');
  const objects = [optimizer, optimizer?.children.get('inner_optimizer')].filter((object) => object !== undefined);
  return objects.flatMap(({ path, variables }) =>
    Array.from(variables, ([number, array]) => ({ number, name: `${path}/vars/${number}`, array }))
      .sort((a, b) => a.number - b.number)
      .map(({ name, array }) => ({ name, array })),
  );
}
