// SPDX-License-Identifier: Apache-2.0
// The environment of the op API: variables, buffers, manual scopes, flags, util. util is compared with that of
// TensorFlow.js.
import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { missing } from '../../prerequisites.mjs';

const skip = missing('dist', 'tfjs');
const tf = skip ? {} : await import(pathToFileURL(path.join(ROOT, 'dist/index.js')).href);
const oracle = skip ? {} : await import('@tensorflow/tfjs-core');

before(() => tf.ready?.());

test('ready() has loaded and run its network three times', { skip }, () => {
  const phases = performance.getEntriesByType('measure').map(({ name }) => name);
  const expected = ['fetch', 'parse', 'weights', 'optimize', 'optimize', 'pack'].map((phase) => `tfwasm: ${phase}`);
  assert.deepEqual(phases, [...expected, ...expected, ...expected]);
  assert.equal(tf.memory().numTensors, 0);
});

const throwsCode = (call, code) =>
  assert.throws(call, (error) => {
    assert.ok(error instanceof tf.TfwasmError, error.stack);
    assert.equal(error.code, code);
    return true;
  });

describe('variables', { skip }, () => {
  test('are assigned, survive tidy and are disposed by name', () => {
    const before = tf.memory().numTensors;
    const weights = tf.tidy(() => tf.variable(tf.tensor([1, 2]), true, 'weights'));
    assert.equal(tf.memory().numTensors, before + 1);
    assert.ok(weights instanceof tf.Variable && weights instanceof tf.Tensor && weights.trainable);
    tf.tidy(() => weights.assign(weights.add(1)));
    assert.deepEqual(weights.arraySync(), [2, 3]);
    throwsCode(() => tf.variable(tf.scalar(1), true, 'weights'), 'E_DUPLICATE');
    throwsCode(() => weights.assign(tf.tensor([1, 2, 3])), 'E_SHAPE');
    throwsCode(() => weights.assign(tf.tensor([1, 2], [2], 'int32')), 'E_DTYPE');
    tf.disposeVariables();
    assert.ok(weights.isDisposed);
    throwsCode(() => weights.add(1), 'E_DISPOSED');
    tf.variable(tf.scalar(1), true, 'weights').dispose();
  });

  test('take another dtype, a name of their own and their method', () => {
    const first = tf.variable(tf.tensor([1.5]), false, undefined, 'int32');
    const second = tf.tensor([7]).variable(false);
    assert.equal(first.dtype, 'int32');
    assert.deepEqual([first.arraySync(), second.arraySync()], [[1], [7]]);
    assert.notEqual(first.name, second.name);
    assert.ok(!second.trainable);
    tf.disposeVariables();
  });
});

describe('buffers', { skip }, () => {
  test('hold values of each dtype', async () => {
    const numbers = await tf
      .tensor2d([
        [1, 2],
        [3, 4],
      ])
      .buffer();
    numbers.set(9, 1, 0);
    assert.deepEqual([numbers.get(1, 0), numbers.rank, numbers.size], [9, 2, 4]);
    assert.deepEqual(numbers.toTensor().arraySync(), [
      [1, 2],
      [9, 4],
    ]);
    const words = tf.buffer([2], 'string');
    words.set('a', 1);
    assert.deepEqual(words.toTensor().dataSync(), ['', 'a']);
    assert.equal(tf.scalar(5).bufferSync().get(), 5);
    throwsCode(() => numbers.get(2, 0), 'E_SHAPE');
    throwsCode(() => numbers.set(1, 0), 'E_SHAPE');
    throwsCode(() => tf.buffer([2], 'float32', new Float32Array(3)), 'E_SHAPE');
    throwsCode(() => tf.buffer([-1]), 'E_SHAPE');
  });
});

describe('the engine', { skip }, () => {
  test('has scopes by hand', () => {
    const before = tf.memory().numTensors;
    tf.engine().startScope();
    const kept = tf.keep(tf.scalar(1));
    const result = tf.scalar(2).add(3);
    tf.engine().endScope({ result });
    assert.equal(tf.memory().numTensors, before + 2);
    assert.equal(result.arraySync(), 5);
    tf.dispose([kept, result]);
  });

  test('loses no scope when a function fails in one', () => {
    const before = tf.memory().numTensors;
    assert.throws(() =>
      tf.tidy(() => {
        tf.engine().startScope();
        tf.scalar(1).add(2);
        throw new Error('on purpose');
      }),
    );
    assert.equal(tf.memory().numTensors, before);
    const outside = tf.scalar(1);
    tf.tidy(() => tf.scalar(2));
    assert.ok(!outside.isDisposed);
    outside.dispose();
  });

  test('tells of its backend and flags', async () => {
    assert.equal(tf.getBackend(), 'wasm');
    assert.equal(await tf.setBackend('wasm'), true);
    assert.equal(tf.backend().epsilon(), 1e-7);
    assert.equal(tf.findBackend('webgl'), null);
    assert.equal(tf.env().getBool('IS_NODE'), true);
    assert.equal(tf.env().get('WEBGL_PACK'), false);
    tf.enableProdMode();
    tf.enableDebugMode();
    assert.deepEqual([tf.env().getBool('PROD'), tf.env().getFlags().DEBUG], [true, true]);
    throwsCode(() => tf.env().set('IS_NODE', false), 'E_INPUT');
    tf.env().reset();
    assert.equal(tf.env().getBool('PROD'), false);
  });

  test('profiles ops', async () => {
    const { kernels, kernelNames, newTensors, result } = await tf.profile(() =>
      tf.tidy(() => tf.tensor([1, 2]).add(1).sum()),
    );
    assert.deepEqual(kernelNames, ['AddV2', 'Sum']);
    assert.deepEqual(
      [kernels[0].inputShapes, kernels[0].outputShapes, kernels[0].bytesAdded, newTensors],
      [[[2], []], [[2]], 8, 1],
    );
    result.dispose();
  });

  test('takes time', async () => {
    const { wallMs, kernelMs } = await tf.time(() => tf.scalar(1).add(1).dispose());
    assert.ok(wallMs >= 0 && kernelMs >= 0);
    assert.equal(await tf.nextFrame(), undefined);
  });
});

test('many attributes and shapes keep being right', { skip }, () => {
  tf.tidy(() => {
    for (let size = 1; size < 1200; ++size) {
      const [value] = tf.leakyRelu([-size], size / 2048).dataSync();
      assert.ok(Math.abs(value + (size * size) / 2048) < 1e-2, `${size}: ${value}`);
    }
  });
});

describe('util', { skip }, () => {
  const SAME = {
    arraysEqual: [
      [1, 2],
      [1, 2],
    ],
    arraysEqualWithNull: [
      [1, null],
      [1, 2],
    ],
    bytesFromStringArray: [[new Uint8Array(2), new Uint8Array(3)]],
    bytesPerElement: ['int32'],
    clamp: [0, 5, 3],
    computeStrides: [[2, 3, 4]],
    decodeString: [new Uint8Array([0xc3, 0xa4])],
    distSquared: [
      [1, 2],
      [4, 6],
    ],
    encodeString: ['ä'],
    flatten: [[1, [2, [3, new Float32Array([4, 5])]]]],
    getArrayFromDType: ['int32', 3],
    hasEncodingLoss: ['float32', 'int32'],
    indexToLoc: [7, 2, [3]],
    inferDtype: [[[true]]],
    inferFromImplicitShape: [[2, -1], 6],
    isBoolean: [true],
    isFunction: [() => {}],
    isInt: [1.5],
    isNumber: [1],
    isPromise: [Promise.resolve()],
    isScalarShape: [[]],
    isString: ['a'],
    isTypedArray: [new Uint8ClampedArray(1)],
    isValidDtype: ['int8'],
    locToIndex: [[1, 2], 2, [3]],
    makeOnesTypedArray: [2, 'float32'],
    makeZerosNestedTypedArray: [[2, 2], 'float32'],
    makeZerosTypedArray: [2, 'bool'],
    nearestDivisor: [12, 5],
    nearestLargerEven: [5],
    parseAxisParam: [
      [-1, 0],
      [2, 3],
    ],
    rightPad: ['a', 3],
    sizeFromShape: [[2, 3]],
    sizeToSquarishShape: [10],
    squeezeShape: [[1, 2, 1]],
    sum: [[1, 2, 3]],
    tanh: [0.5],
    toNestedArray: [[2, 2], new Float32Array([1, 2, 3, 4])],
    toTypedArray: [
      [
        [1, 2],
        [3, 4],
      ],
      'int32',
    ],
  };
  const plain = (value) => (ArrayBuffer.isView(value) ? [value.constructor.name, ...value] : value);
  for (const [name, args] of Object.entries(SAME)) {
    test(name, () => {
      const [actual, expected] = [tf, oracle].map((library) => {
        const result = library.util[name](...args);
        return Array.isArray(result) ? result.map(plain) : plain(result);
      });
      assert.deepEqual(actual, expected);
    });
  }

  test('what is left to chance', () => {
    const indices = tf.util.createShuffledIndices(50);
    assert.deepEqual(
      [...indices].sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
    const [left, right] = [
      [1, 2, 3, 4],
      [10, 20, 30, 40],
    ];
    tf.util.shuffleCombo(left, right);
    assert.deepEqual(
      left.map((value) => value * 10),
      right,
    );
    tf.util.shuffle(left);
    assert.deepEqual([...left].sort(), [1, 2, 3, 4]);
    const random = tf.util.randUniform(2, 3);
    assert.ok(random >= 2 && random < 3 && tf.util.now() > 0);
    const swapped = [1, 2];
    tf.util.swap(swapped, 0, 1);
    assert.deepEqual(swapped, [2, 1]);
  });

  test('what throws', async () => {
    throwsCode(() => tf.util.assert(false, () => 'no'), 'E_INPUT');
    throwsCode(() => tf.util.assertShapesMatch([1], [2]), 'E_SHAPE');
    throwsCode(() => tf.util.assertNonNull(null), 'E_INPUT');
    throwsCode(() => tf.util.assertNonNegativeIntegerDimensions([-1]), 'E_SHAPE');
    throwsCode(() => tf.util.bytesPerElement('string'), 'E_DTYPE');
    await assert.rejects(
      tf.util.repeatedTry(() => false, undefined, 2),
      { code: 'E_LIMIT' },
    );
    await tf.util.repeatedTry(() => true);
    const response = await tf.util.fetch('data:,hello');
    assert.equal(await response.text(), 'hello');
  });
});
