// SPDX-License-Identifier: Apache-2.0
// Values for an input, parsed or generated. No DOM.
import { formatCount, formatShape } from '../common/format.js';
import { randomValues } from '../common/random.js';
import { sizeOf, splitValues } from '../common/values.js';

/** The limit for the number of values. */
const MAX_VALUES = 1 << 28;

/** Throws unless this is a valid shape. */
export function checkShape(shape) {
  const wrong = shape.find((size) => !Number.isInteger(size) || size < 0);
  if (wrong !== undefined) throw new Error(`Every dimension takes a whole number, 0 or more; ${wrong} is none.`);
  if (sizeOf(shape) > MAX_VALUES) throw new Error(`${formatShape(shape)} is too large for this page.`);
}

/**
 * Parses typed values: a JSON list, nested or not, or values separated by spaces and commas. A single value fills the
 * tensor.
 *
 * @param {string} text
 * @param {'float32' | 'int32' | 'bool' | 'string'} dtype
 * @param {readonly number[]} shape
 * @returns {(number | boolean | string)[]} one per element.
 */
export function parseValues(text, dtype, shape) {
  const size = sizeOf(shape);
  const items = readItems(text.trim(), dtype);
  if (items.length === 0 && size > 0) throw new Error('Type the values: numbers between commas, or a JSON list.');
  const values = items.map((item) => readItem(item, dtype));
  if (values.length === size) return values;
  if (values.length === 1) return Array(size).fill(values[0]);
  throw new Error(
    `${formatShape(shape)} takes ${formatCount(size)} values, or one for all of them; there are ${formatCount(values.length)}.`,
  );
}

function readItems(text, dtype) {
  if (text.startsWith('[')) {
    let list;
    try {
      list = JSON.parse(text);
    } catch (error) {
      throw new Error(`This is not a JSON list: ${error.message}`, { cause: error });
    }
    return list.flat(Infinity);
  }
  return text === '' ? [] : splitValues(text, dtype);
}

function readItem(item, dtype) {
  if (dtype === 'string') return String(item);
  if (dtype === 'bool') {
    if (item === true || item === 'true' || item === 1 || item === '1') return true;
    if (item === false || item === 'false' || item === 0 || item === '0') return false;
    throw new Error(`"${item}" is neither true nor false.`);
  }
  const number = typeof item === 'number' ? item : readNumber(String(item));
  if (Number.isNaN(number) && String(item) !== 'NaN') throw new Error(`"${item}" is not a number.`);
  if (dtype === 'int32' && !Number.isInteger(number)) throw new Error(`"${item}" is not a whole number.`);
  return number;
}

function readNumber(text) {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

/** Seeded random values of a dtype. */
export function makeRandom(dtype, shape, range, seed) {
  const length = sizeOf(shape);
  if (dtype === 'string') throw new Error('There are no random texts: type values.');
  const [low, high] = range;
  if (!(low <= high)) throw new Error(`Random values need a smallest and a largest number; got ${low} and ${high}.`);
  if (dtype === 'bool') return Array.from(randomValues('int32', length, [0, 1], seed), Boolean);
  return randomValues(dtype === 'int32' ? 'int32' : 'float32', length, range, seed);
}
