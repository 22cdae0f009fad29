// SPDX-License-Identifier: Apache-2.0
// Weight specs that are hostile: decoding and loading throw a TfwasmError that names the weight, at once and without a
// leak, and the next weights decode.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';

const FLOAT = { name: 'w', shape: [2], dtype: 'float32' };
const shaped = (shape, dtype = 'float32') => [{ ...FLOAT, shape, dtype }];
const quantized = (quantization) => [{ ...FLOAT, quantization }];
const named = (...names) => names.map((name) => ({ ...FLOAT, name }));
const cyclic = [];
cyclic.push(cyclic);

/** What, specs, codes, and the data if it is not 8 bytes. */
const HOSTILE = [
  // Sizes.
  ...[
    [2 ** 32, 2 ** 32],
    [2 ** 31, 2 ** 31, 0],
    [2 ** 53],
    [2 ** 53, 0],
    [1e300],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [2 ** 32],
    [-1],
    [-2, -1],
    [-0.5],
    [0.5],
    [1.0000000001],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['2'],
    [''],
    [null],
    [undefined],
    [true],
    [{}],
    [[2]],
    [() => 2],
    Array(9).fill(1),
    Array(100_000).fill(1),
    'ab',
    2,
    {},
    { length: 1, 0: 2 },
    null,
    undefined,
    true,
  ].map((shape) => [`the shape ${String(JSON.stringify(shape)).slice(0, 40)}`, shaped(shape), /^E_(SHAPE|LIMIT)$/]),
  ['a shape of a BigInt', shaped([2n]), /^E_INPUT$/],
  ['a shape that contains itself', shaped(cyclic), /^E_INPUT$/],
  // Kinds.
  ...['', 'float8', 'FLOAT32', '__proto__', 'constructor', null, undefined, 5, {}, [], ['float32']].map((dtype) => [
    `the dtype ${JSON.stringify(dtype)}`,
    shaped([2], dtype === undefined ? null : dtype),
    /^E_DTYPE$/,
  ]),
  // Quantization.
  ...[
    { dtype: 'uint4', scale: 1, min: 0 },
    { dtype: '__proto__', scale: 1, min: 0 },
    { scale: 1, min: 0 },
    { dtype: 'uint8', min: 0 },
    { dtype: 'uint8', scale: 1 },
    { dtype: 'uint8', scale: 0, min: 0 },
    { dtype: 'uint8', scale: -1, min: 0 },
    { dtype: 'uint8', scale: Number.NaN, min: 0 },
    { dtype: 'uint8', scale: Number.POSITIVE_INFINITY, min: 0 },
    { dtype: 'uint8', scale: 1, min: Number.NaN },
    { dtype: 'uint8', scale: 1, min: Number.NEGATIVE_INFINITY },
    { dtype: 'uint8', scale: '1', min: '0' },
    { dtype: 'uint8', scale: 1e300, min: 0 },
    [],
    'uint8',
    5,
    true,
  ].map((quantization) => [
    `the quantization ${JSON.stringify(quantization)}`,
    quantized(quantization),
    /^E_(QUANT|DTYPE)$/,
    new ArrayBuffer(2),
  ]),
  // Names.
  ['one name twice', named('w', 'w'), /^E_DUPLICATE$/, new ArrayBuffer(16)],
  ['__proto__ twice', named('__proto__', '__proto__'), /^E_DUPLICATE$/, new ArrayBuffer(16)],
  ...[undefined, null, 5, {}, ['w'], true].map((name) => [
    `the name ${JSON.stringify(name)}`,
    named(name),
    /^E_(JSON|MANIFEST)$/,
  ]),
  ['a lone surrogate as a name', named('\ud800'), /^E_JSON$/],
  // Bytes.
  ...[0, 1, 7, 9, 16, 1_000_000].map((length) => [
    `${length} bytes for 8`,
    [FLOAT],
    /^E_WEIGHT_BYTES$/,
    new ArrayBuffer(length),
  ]),
  // Strings.
  ...[
    ['a length past the end', [255, 255, 255, 255, 0, 0, 0, 0]],
    ['a length of 2 GiB', [0, 0, 0, 128, 0, 0, 0, 0]],
    ['a cut length', [1, 0, 0]],
    ['one element too few', [0, 0, 0, 0]],
    ['one element too many', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ].map(([what, bytes]) => [
    `strings with ${what}`,
    shaped([2], 'string'),
    /^E_(STRING|WEIGHT_BYTES|LIMIT|OOM)$/,
    Uint8Array.from(bytes).buffer,
  ]),
];

describe('hostile weight specs', { skip: missing('dist') }, () => {
  let tf;
  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
  });

  const memory = () => {
    const { numTensors, numBytes } = tf.memory();
    return { numTensors, numBytes };
  };

  function assertDecodes() {
    const { w } = tf.io.decodeWeights(Float32Array.of(1.5, -2).buffer, [FLOAT]);
    assert.deepEqual([...w.dataSync()], [1.5, -2]);
    w.dispose();
  }

  for (const [what, specs, codes, data = new ArrayBuffer(8)] of HOSTILE) {
    test(what, async () => {
      const before = memory();
      const isRight = (error) => {
        assert.ok(error instanceof tf.TfwasmError, error?.stack ?? String(error));
        assert.match(error.code, codes, error.message);
        return true;
      };
      assert.throws(() => tf.dispose(tf.io.decodeWeights(data, specs)), isRight);
      await assert.rejects(tf.io.decodeWeightsStream(new Blob([data]).stream(), specs), isRight);
      const artifacts = { modelTopology: { node: [] }, weightSpecs: specs, weightData: data };
      await assert.rejects(tf.loadGraphModel({ load: () => artifacts }), isRight);
      assert.throws(() => tf.loadGraphModelSync(artifacts), isRight);
      assert.deepEqual(memory(), before);
      assertDecodes();
    });
  }

  for (const name of ['', '__proto__', 'constructor', 'a\0b', 'x'.repeat(10_000_000), '😀', '../w', 'w:0']) {
    test(`the name ${JSON.stringify(name.slice(0, 20))} is one like others`, () => {
      const decoded = tf.io.decodeWeights(Float32Array.of(1, 2).buffer, named(name));
      assert.deepEqual(Object.keys(decoded), [name]);
      tf.dispose(Object.values(decoded));
    });
  }

  for (const shape of [[], [0], [0, 3], [3, 0, 5], Array(8).fill(1)]) {
    test(`the shape [${shape}] is one like others`, () => {
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      const { w } = tf.io.decodeWeights(new ArrayBuffer(4 * size), shaped(shape));
      assert.deepEqual(w.shape, shape);
      assert.equal(w.dataSync().length, size);
      w.dispose();
    });
  }
});
