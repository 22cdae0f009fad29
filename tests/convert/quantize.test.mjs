// SPDX-License-Identifier: Apache-2.0
// The encodings of weights.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, weightsOf } from './convert.mjs';
import { attr, constant, graphDef, node, placeholder } from './graph-def.mjs';

const skip = missing('dist');

/** Converts a float32 weight; returns its entry in the manifest and its bytes. */
async function encode(values, dtype) {
  const nodes = [
    placeholder('x', 'float32', []),
    constant('w', 'float32', [values.length], values),
    node('y', 'AddV2', ['x', 'w'], { T: attr.type('float32') }),
  ];
  const converted = await convert(fileTree({ 'm.pb': graphDef(nodes) }), { quantization: { w: dtype } });
  const spec = weightsOf(converted).find(({ name }) => name === 'w');
  return { spec, bytes: converted.files.get('group1-shard1of1.bin') ?? Buffer.alloc(0) };
}

/** The number with these bits of IEEE binary16. */
function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const halves = (bytes) => Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));

describe('quantization', { skip }, () => {
  test('to float16 keeps every number of float16', async () => {
    const all = Array.from({ length: 0x7c00 }, (_, bits) => [bits, bits | 0x8000]).flat();
    const { spec, bytes } = await encode(all.map(halfToNumber), 'float16');
    assert.deepEqual(spec.quantization, { dtype: 'float16', original_dtype: 'float32' });
    assert.deepEqual(halves(bytes), all);
  });

  test('to float16 rounds to the nearest, ties to even', async () => {
    const between = (bits, share) => halfToNumber(bits) * (1 - share) + halfToNumber(bits + 1) * share;
    const cases = [0, 1, 5, 0x3ff, 0x400, 0x3bff, 0x3c00, 0x3c01, 0x7bfe].flatMap((bits) => [
      [between(bits, 0.25), bits],
      [between(bits, 0.5), bits % 2 === 0 ? bits : bits + 1],
      [between(bits, 0.75), bits + 1],
    ]);
    const { bytes } = await encode(
      cases.map(([value]) => value),
      'float16',
    );
    assert.deepEqual(
      halves(bytes),
      cases.map(([, expected]) => expected),
    );
  });

  test('to float16 refuses what it cannot hold', async () => {
    await assert.rejects(encode([1, 70_000], 'float16'), { code: 'E_QUANT', message: /'w' .*70000.*65504/ });
  });

  for (const [dtype, levels] of [
    ['uint8', 255],
    ['uint16', 65535],
  ]) {
    for (const [what, values] of [
      ['of both signs', [-1.5, -0.25, 0, 0.3, 2.7, 3]],
      ['above 0', [0.5, 1, 1.25, 4]],
      ['below 0', [-4, -3, -2.125, -1]],
      ['that begin at 0', [0, 1, 2, 1000]],
    ]) {
      test(`to ${dtype} of values ${what}`, async () => {
        const { spec, bytes } = await encode(values, dtype);
        const { scale, min } = spec.quantization;
        const range = [Math.min(...values), Math.max(...values)];
        assert.ok(Math.abs(scale - (range[1] - range[0]) / levels) < 1e-12 * scale);
        const stored = levels === 255 ? [...bytes] : halves(bytes);
        for (const [i, value] of values.entries()) {
          assert.ok(Math.abs(stored[i] * scale + min - value) <= scale * 0.5001, `${value}`);
        }
        if (range[0] <= 0 && range[1] >= 0)
          assert.equal(
            Number.isInteger(-min / scale) || Math.abs(Math.round(-min / scale) * scale + min) < 1e-12,
            true,
          );
        else assert.equal(min, range[0]);
      });
    }

    test(`to ${dtype} of equal values stores zeros`, async () => {
      const { spec, bytes } = await encode([7.5, 7.5, 7.5], dtype);
      assert.deepEqual(spec.quantization, { dtype, min: 7.5, scale: 1, original_dtype: 'float32' });
      assert.ok(bytes.every((byte) => byte === 0));
    });

    test(`to ${dtype} refuses numbers that are not finite`, async () => {
      await assert.rejects(encode([1, Number.NaN], dtype), { code: 'E_QUANT' });
      await assert.rejects(encode([1, Number.POSITIVE_INFINITY], dtype), { code: 'E_QUANT' });
    });
  }

  test('leaves empty weights and other types alone, and refuses unknown ones', async () => {
    const { spec } = await encode([], 'uint8');
    assert.equal(spec.quantization, undefined);
    await assert.rejects(encode([1], 'int4'), { code: 'E_INPUT', message: /uint8, uint16 and float16/ });
    const nodes = [constant('n', 'int32', [2], [1, 2]), node('y', 'Identity', ['n'])];
    const tree = fileTree({ 'm.pb': graphDef(nodes) });
    const converted = await convert(tree, { quantization: { n: 'uint8' } });
    assert.equal(weightsOf(converted)[0].quantization, undefined);
    await assert.rejects(convert(tree, { quantization: { other: 'uint8' } }), { code: 'E_INPUT', message: /'other'/ });
  });
});
