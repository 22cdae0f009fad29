// SPDX-License-Identifier: Apache-2.0
// Quantized weights, code by code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

import { compilePattern, dequantize, QuantizationRules, quantize } from './source.mjs';

const { cases } = JSON.parse(readFileSync(new URL('quantized.json', import.meta.url), 'utf8'));

describe('quantize', () => {
  for (const { name, values, float16, ...affine } of cases) {
    test(name, () => {
      const floats = Float32Array.from(values);
      for (const [dtype, { codes, scale, min }] of Object.entries(affine)) {
        const Codes = dtype === 'uint8' ? Uint8Array : Uint16Array;
        const { bytes, quantization } = quantize(floats, dtype, 'w');
        assert.deepEqual([...new Codes(bytes.buffer)], codes, dtype);
        assert.deepEqual(quantization, { dtype, min, scale, original_dtype: 'float32' });
        const decoded = dequantize(bytes, quantization);
        assert.deepEqual([...decoded], [...Float32Array.from(codes, (code) => code * scale + min)]);
        if (min <= 0)
          assert.ok(
            decoded.every((value, i) => floats[i] !== 0 || value === 0),
            'zero is exact',
          );
      }
      const { bytes, quantization } = quantize(floats, 'float16', 'w');
      assert.deepEqual([...new Uint16Array(bytes.buffer)], float16);
      assert.deepEqual(quantization, { dtype: 'float16', original_dtype: 'float32' });
    });
  }

  test('every finite float16 number stays what it is', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const halves = all.filter((bits) => (bits & 0x7c00) !== 0x7c00);
    const decoded = dequantize(new Uint8Array(halves.buffer), { dtype: 'float16' });
    const again = new Uint16Array(quantize(decoded, 'float16', 'w').bytes.buffer);
    assert.deepEqual(again, halves);
  });

  test('values that cannot be stored are refused by name', () => {
    for (const [value, dtype] of [
      [Number.NaN, 'uint8'],
      [Number.POSITIVE_INFINITY, 'uint16'],
      [65520, 'float16'],
      [Number.NEGATIVE_INFINITY, 'float16'],
      [Number.NaN, 'float16'],
      [-1e9, 'float16'],
    ]) {
      assert.throws(
        () => quantize(Float32Array.of(1, value), dtype, 'dense/kernel'),
        (error) => {
          assert.equal(error.code, 'E_QUANT');
          assert.match(error.message, /'dense\/kernel' has the value/);
          return true;
        },
      );
    }
  });

  test('a range too small for a scale is a constant', () => {
    const { bytes, quantization } = quantize(Float32Array.of(1e-45, 2e-45), 'uint8', 'w');
    assert.deepEqual([...bytes], [0, 0]);
    assert.equal(quantization.scale, 1);
  });
});

describe('patterns', () => {
  const CASES = [
    ['*', ['', 'a', 'a/b'], []],
    ['conv*/kernel', ['conv1/kernel', 'conv/a/b/kernel'], ['conv1/kernels', 'xconv/kernel', 'Conv1/kernel']],
    ['?', ['a', '/'], ['', 'ab']],
    ['[abc]x', ['ax', 'cx'], ['dx', 'x', 'aax']],
    ['[!a-c]x', ['dx', '-x'], ['ax', 'bx']],
    ['[]x]', [']', 'x'], ['[', '']],
    ['[a-]', ['a', '-'], ['b']],
    ['a[', ['a['], ['a']],
    ['a.b', ['a.b'], ['axb']],
    ['*a*a*b', ['aab', 'xaxaxb'], ['ab', 'aba']],
    ['(x|y)+', ['(x|y)+'], ['xy']],
  ];
  for (const [pattern, matching, others] of CASES) {
    test(JSON.stringify(pattern), () => {
      const fits = compilePattern(pattern);
      for (const name of matching) assert.ok(fits(name), name);
      for (const name of others) assert.ok(!fits(name), name);
    });
  }

  test('no pattern takes long', () => {
    const fits = compilePattern(`${'*a'.repeat(50)}b`);
    assert.ok(!fits('a'.repeat(5000)));
  });
});

describe('quantization rules', () => {
  test('patterns come before the dtype of all others', () => {
    const rules = new QuantizationRules({ float16: ['a*'], uint8: true, uint16: 'b' });
    assert.deepEqual(
      ['a1', 'b', 'c'].map((name) => rules.dtypeOf(name)),
      ['float16', 'uint16', 'uint8'],
    );
    assert.deepEqual(rules.unusedPatterns(), []);
  });

  test('contradictions are refused', () => {
    assert.throws(() => new QuantizationRules({ uint8: true, float16: true }), { code: 'E_INPUT' });
    const rules = new QuantizationRules({ uint8: ['a*'], float16: ['*b'] });
    assert.throws(() => rules.dtypeOf('ab'), /'ab' matches patterns of float16 and uint8/);
  });

  test('unused patterns are known', () => {
    const rules = new QuantizationRules({ uint8: ['a', 'b'] });
    rules.dtypeOf('b');
    assert.deepEqual(rules.unusedPatterns(), ['a']);
  });
});
