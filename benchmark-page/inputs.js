// SPDX-License-Identifier: Apache-2.0
// The inputs of a model: shapes and values.
import { takesImages, usualRange, usualSize } from '../web/common/picture/image.js';
import { randomValues } from '../web/common/random.js';
import { sizeOf } from '../web/common/values.js';

/**
 * @typedef {object} InputInfo A model's declaration of an input.
 * @property {string} name
 * @property {string | null} dtype
 * @property {number[] | null} shape -1: any size; null: unknown rank.
 *
 * @typedef {object} InputSpec The values to feed.
 * @property {string} name
 * @property {'float32' | 'int32' | 'bool' | 'string'} dtype
 * @property {number[]} shape
 * @property {'random' | 'zeros' | 'values' | 'picture'} fill
 * @property {[number, number]} range The range of random values, or the values of black and white.
 * @property {(string | number)[]} [values] For `values`: repeated to fill the tensor.
 * @property {Float32Array | Int32Array} [pixels] For `picture`.
 */

export const DTYPES = ['float32', 'int32', 'bool', 'string'];
export const FILLS = ['random', 'zeros', 'values', 'picture'];

/** The limit for a tensor's elements. */
const MOST_ELEMENTS = 2 ** 28;

/** Whether the input can be a picture. */
export function takesPicture({ dtype, shape }) {
  return (dtype === 'float32' || dtype === 'int32') && takesImages(shape) && shape.at(-1) > 0;
}

/** A harmless range for unknown models. */
export function defaultRange({ dtype, shape }) {
  return dtype === 'int32' && !takesPicture({ dtype, shape }) ? [0, 9] : usualRange(dtype);
}

/**
 * The default for an input. An unknown first dimension is the batch. Other unknown dimensions have the usual size.
 *
 * @param {InputInfo} info
 * @param {number} batch
 * @returns {InputSpec}
 */
export function defaultInput(info, batch, range = defaultRange(info)) {
  const shape = (info.shape ?? []).map((size, axis, all) =>
    size >= 0 ? size : axis === 0 ? batch : usualSize(all, axis),
  );
  return { name: info.name, dtype: info.dtype ?? 'float32', shape, fill: 'random', range };
}

/** Throws an error with a message for users if the spec is invalid. */
export function checkInput({ name, dtype, shape, fill, range, values }) {
  const fail = (what) => {
    throw new Error(`Input “${name}”: ${what}`);
  };
  if (!DTYPES.includes(dtype)) fail(`its dtype ${dtype} cannot be filled in here.`);
  const wrong = shape.find((size) => !Number.isInteger(size) || size < 1);
  if (wrong !== undefined) fail('every dimension has to be a whole number, 1 or more.');
  if (sizeOf(shape) > MOST_ELEMENTS) fail(`${shape.join(' × ')} elements are more than this page tries.`);
  if (!FILLS.includes(fill)) fail(`there is no way “${fill}” to fill it.`);
  if (fill === 'random' && !(range.every(Number.isFinite) && range[0] <= range[1])) {
    fail('its range has to be two numbers, the lower one first.');
  }
  if (fill !== 'values') return;
  if (!values?.length) fail('type in at least one value.');
  if (dtype !== 'string' && !values.every((value) => Number.isFinite(Number(value)) && String(value).trim() !== '')) {
    fail('its values have to be numbers.');
  }
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
const WORDS = ['the', 'quick', 'brown', 'fox', 'jumps', 'over', 'a', 'lazy', 'dog'];

/** The values of a tensor; the same for every engine. */
function valuesOf({ dtype, shape, fill, range, values, pixels }, seed) {
  const length = sizeOf(shape);
  if (fill === 'picture') return pixels;
  if (fill === 'values') {
    const list = dtype === 'string' ? values.map(String) : values.map(Number);
    const at = (_, i) => list[i % list.length];
    return dtype === 'string' ? Array.from({ length }, at) : ARRAYS[dtype].from({ length }, at);
  }
  if (dtype === 'string') {
    if (fill === 'zeros') return new Array(length).fill('');
    return Array.from(randomValues('int32', length, [0, WORDS.length - 1], seed), (word) => WORDS[word]);
  }
  if (fill === 'zeros') return new ARRAYS[dtype](length);
  if (dtype === 'bool') return Uint8Array.from(randomValues('int32', length, [0, 1], seed));
  return randomValues(dtype, length, range, seed);
}

/**
 * Creates the tensors in the form that predict() takes.
 *
 * @param {object} tf
 * @param {readonly InputSpec[]} specs
 */
export function makeInputs(tf, specs, seed) {
  const tensors = specs.map((spec, index) => tf.tensor(valuesOf(spec, seed + index), spec.shape, spec.dtype));
  return tensors.length === 1 ? tensors[0] : Object.fromEntries(specs.map(({ name }, i) => [name, tensors[i]]));
}
