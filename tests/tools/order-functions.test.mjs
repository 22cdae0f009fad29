// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nameFunctions, orderBySimilarity, readFunctions } from '../../tools/build/order-functions.mjs';

const section = (id, ...bytes) => [id, bytes.length, ...bytes];
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const TYPES = section(1, 1, 0x60, 0, 0);
// One import of each kind: function, table, memory, global.
const IMPORTS = section(
  2,
  ...[4, 1, 97, 1, 102, 0, 0],
  ...[1, 97, 1, 116, 1, 0x70, 0, 0],
  ...[1, 97, 1, 109, 2, 1, 1, 2],
  ...[1, 97, 1, 103, 3, 0x7f, 0],
);
const BODIES = [
  [0, 0x0b],
  [0, 0x01, 0x0b],
];
const FUNCTIONS = section(3, 2, 0, 0);
const CODE = section(10, 2, ...BODIES.flatMap((body) => [body.length, ...body]));
const MODULE = Uint8Array.from([...HEADER, ...TYPES, ...IMPORTS, ...FUNCTIONS, ...CODE]);

test('the functions of a binary are found behind imports of every kind', () => {
  assert.ok(WebAssembly.validate(MODULE));
  const { imported, bodies } = readFunctions(MODULE);
  assert.equal(imported, 1);
  assert.deepEqual(
    bodies.map((body) => [...body]),
    BODIES,
  );
});

test('functions that resemble each other come together', () => {
  const pattern = (seed) => Array.from({ length: 40 }, (_, i) => (seed * 31 + i * i * seed) & 255);
  const [a, b, c] = [pattern(3), pattern(5), pattern(7)];
  const variant = (bytes) => [...bytes.slice(0, 30), 1, 2, 3];
  const bodies = [a, b, c, variant(c), variant(a), variant(b)].map((bytes) => Uint8Array.from(bytes));
  const order = orderBySimilarity(bodies);
  assert.deepEqual(
    order.toSorted((x, y) => x - y),
    [0, 1, 2, 3, 4, 5],
  );
  for (const [one, other] of [
    [0, 4],
    [1, 5],
    [2, 3],
  ]) {
    assert.equal(Math.abs(order.indexOf(one) - order.indexOf(other)), 1, `${one} and ${other} in ${order}`);
  }
});

test('names sort into the order, and the binary stays what it was', () => {
  const named = nameFunctions(MODULE, 1, [1, 0]);
  assert.ok(WebAssembly.validate(named));
  assert.deepEqual(named.subarray(0, MODULE.length), Buffer.from(MODULE));
  const [names] = WebAssembly.Module.customSections(new WebAssembly.Module(named), 'name');
  // Function 1 is the first defined function but comes second in this list. Each name is preceded by its length, 6.
  const ending = [1, 6, ...Buffer.from('000001'), 2, 6, ...Buffer.from('000000')];
  assert.deepEqual([...new Uint8Array(names)].slice(-ending.length), ending);
});
