// SPDX-License-Identifier: Apache-2.0
// Keras files and models that tests make of nested lists.
import assert from 'node:assert/strict';

import { holder } from './small-model.mjs';
import { keras } from './source.mjs';

export function shapeOf(values) {
  return Array.isArray(values) ? [values.length, ...(values.length > 0 ? shapeOf(values[0]) : [])] : [];
}

/** A nested list, or a number, as an array of a file. */
export function array(values, dtype = 'float32', shape = shapeOf(values)) {
  const Values = { float32: Float32Array, int32: Int32Array, int8: Int8Array, uint8: Uint8Array }[dtype];
  return new keras.KerasArray(shape, dtype, () => Values.from([values].flat(Number.POSITIVE_INFINITY)));
}

/** An array of zeros, or with the numbers from 0 on. */
export function filled(shape, value = (i) => i) {
  const size = shape.reduce((product, length) => product * length, 1);
  return new keras.KerasArray(shape, 'float32', () => Float32Array.from({ length: size }, (_, i) => value(i)));
}

/** `layers`: pairs of a name and arrays. */
export function legacyFile(layers, origin = {}) {
  return {
    layout: 'legacy',
    kerasVersion: '2.4.0',
    backend: 'tensorflow',
    ...origin,
    layers: layers.map(([name, ...arrays]) => ({
      name,
      weights: arrays.map((one, i) => ({ name: `${name}/${i}`, array: one })),
    })),
    ownWeights: [],
  };
}

/** `objects`: arrays by path, or {name, arrays}. */
export function treeFile(objects, kerasVersion = '3.5.0') {
  const make = (path) => ({ path, name: undefined, variables: new Map(), named: new Map(), children: new Map() });
  const root = make('');
  for (const [path, given] of Object.entries(objects)) {
    let at = root;
    for (const name of path.split('/')) {
      if (!at.children.has(name)) at.children.set(name, make(at.path === '' ? name : `${at.path}/${name}`));
      at = at.children.get(name);
    }
    const { name, arrays } = Array.isArray(given) ? { arrays: given } : given;
    at.name = name;
    for (const [i, one] of arrays.entries()) at.variables.set(i, one);
  }
  return { layout: 'tree', kerasVersion, root };
}

/** A layer whose variables have these shapes. */
export function layer(className, name, shapes, { trainable = true, children = [] } = {}) {
  const variables = shapes.map((shape, i) => ({ name: `v${i}`, shape, dtype: 'float32', trainable }));
  return holder(className, name, variables, children);
}

/** Values of the variables of a model by 'layer/variable'. */
export function matched(file, root, options) {
  const found = new Map(keras.matchWeights(file, root, options));
  const values = {};
  const visit = (at) => {
    for (const variable of at.variables) {
      if (found.has(variable)) values[`${at.name}/${variable.name}`] = Array.from(found.get(variable).read());
    }
    for (const [, child] of at.children) [child].flat().forEach(visit);
  };
  visit(root);
  return values;
}

/** Asserts that numbers are those of a nested list, but for rounding. */
export function assertClose(values, expected) {
  const wanted = flat(expected);
  assert.equal(values.length, wanted.length);
  for (const [i, value] of wanted.entries()) {
    assert.ok(Math.abs(values[i] - value) <= 1e-6, `element ${i}: ${values[i]}, expected ${value}`);
  }
}

/** Values of float32, as a flat list. */
export const flat = (values) => Array.from(Float32Array.from([values].flat(Number.POSITIVE_INFINITY)));
