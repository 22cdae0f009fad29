// SPDX-License-Identifier: Apache-2.0
// Calls every function of the op and tensor API with arguments that make no sense. Each call returns, or throws a
// TfwasmError that is not E_INTERNAL. Nothing leaks.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

import { missing } from '../prerequisites.mjs';

const skip = missing('dist');
const tf = skip ? {} : await import('../../dist/index.js');

/** Functions that act on the whole library, wait for something, or call functions of the user. */
const NOT_CALLED = [
  ...['ready', 'setBackend', 'setWasmPaths', 'setThreadsCount', 'setWasmVariant', 'nextFrame', 'loadGraphModel'],
  ...['disposeVariables', 'tidy', 'time', 'profile', 'enableDebugMode', 'enableProdMode', 'engine', 'env', 'backend'],
  ...[
    'loadGraphModelSync',
    'variable',
    'keep',
    'dispose',
    'util.fetch',
    'util.assert',
    'util.repeatedTry',
    'util.shuffle',
  ],
];
const NAMESPACES = ['fused', 'image', 'linalg', 'losses', 'math', 'signal', 'sparse', 'spectral', 'string'];
const IO = [
  'encodeWeights',
  'decodeWeights',
  'getWeightSpecs',
  'getModelArtifactsForJSONSync',
  'concatenateArrayBuffers',
];

/** [name, function] */
function allFunctions() {
  const of = (prefix, members) => Object.entries(members).map(([name, member]) => [`${prefix}${name}`, member]);
  const methods = Object.getOwnPropertyNames(tf.Tensor.prototype)
    .filter((name) => typeof Object.getOwnPropertyDescriptor(tf.Tensor.prototype, name).value === 'function')
    .filter((name) => !['constructor', 'dispose', 'variable'].includes(name))
    .map((name) => [`tensor.${name}`, (first, ...rest) => toTensor(first)[name](...rest)]);
  const lists = [
    methods,
    of('', tf),
    ...[...NAMESPACES, 'util', 'browser'].map((space) => of(`${space}.`, tf[space])),
    IO.map((name) => [`io.${name}`, tf.io[name]]),
  ];
  return lists
    .flat()
    .filter(
      ([name, member]) => typeof member === 'function' && !/(^|\.)[A-Z]/.test(name) && !NOT_CALLED.includes(name),
    );
}

const toTensor = (value) => (value instanceof tf.Tensor ? value : tf.scalar(1));

/** What nobody should pass, by name. */
function oddValues() {
  const disposed = tf.scalar(1);
  disposed.dispose();
  return {
    nothing: undefined,
    null: null,
    NaN: Number.NaN,
    'a negative number': -1,
    'a fraction': 1.5,
    'a BigInt': 1n,
    text: 'abc',
    'a symbol': Symbol('odd'),
    'an object': {},
    'an object without prototype': Object.create(null),
    'an empty list': [],
    'a ragged list': [[1], [2, 3]],
    'a list of BigInts': [1n],
    'a list of objects': [{}, null],
    'a function': () => 1,
    'a date': new Date(0),
    'an ArrayBuffer': new ArrayBuffer(3),
    BigInt64Array: new BigInt64Array(2),
    'a disposed tensor': disposed,
    'a tensor': tf.keep(tf.tensor([1, 2])),
    'a string tensor': tf.keep(tf.tensor(['a'])),
  };
}

/** Calls, and disposes the result. Returns the error. */
async function attempt(call, args) {
  tf.engine().startScope();
  try {
    await call(...args);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    tf.engine().endScope();
  }
}

describe('hostile calls', { skip }, () => {
  before(() => tf.ready());

  test('throw TfwasmErrors, and leave nothing behind', async (t) => {
    const image = tf.zeros([1, 4, 4, 1]);
    const odd = Object.entries(oddValues());
    t.mock.method(console, 'log', () => {});
    const faults = [];
    let calls = 0;
    for (const [name, call] of allFunctions()) {
      for (const [what, value] of odd) {
        for (const args of [
          [value],
          [value, value, value],
          [image, value],
          [image, image, value],
          [[1, 2], 1, value],
        ]) {
          const count = tf.memory().numTensors;
          const error = await attempt(call, args);
          calls += 1;
          const leaked = tf.memory().numTensors - count;
          const isFine = error === undefined || (error instanceof tf.TfwasmError && error.code !== 'E_INTERNAL');
          if (!isFine || leaked !== 0) {
            const stack = error?.stack?.split('\n').slice(0, 3).join(' ');
            faults.push(`${name}(${args.length - 1} before, ${what}): ${stack ?? error}, ${leaked} leak`);
          }
        }
      }
    }
    assert.ok(calls > 10_000, `only ${calls} calls`);
    assert.deepEqual(faults.slice(0, 20), [], `${faults.length} faults`);
    image.dispose();
  });
});

describe('typed arrays of another realm', { skip }, () => {
  before(() => tf.ready());
  const foreign = (code) => runInContext(code, createContext({}));

  for (const [code, dtype, values] of [
    ['new Float32Array([0.5, 1.5])', 'float32', [0.5, 1.5]],
    ['new Float64Array([0.5, 1.5])', 'float32', [0.5, 1.5]],
    ['new Int32Array([1, 2])', 'int32', [1, 2]],
    ['new Uint8ClampedArray([1, 300])', 'int32', [1, 255]],
    ['[new Float32Array([0.5, 1.5])]', 'float32', [0.5, 1.5]],
  ]) {
    test(code, () => {
      const tensor = tf.tensor(foreign(code));
      assert.equal(tensor.dtype, dtype);
      assert.deepEqual([...tensor.dataSync()], values);
      tensor.dispose();
    });
  }

  test('are strings, pixels and typed arrays of tf.util', () => {
    const text = tf.tensor([foreign('new Uint8Array([104, 105])')], [1], 'string');
    assert.deepEqual(text.dataSync(), ['hi']);
    const pixels = tf.browser.fromPixels({ width: 1, height: 1, data: foreign('new Uint8Array([1, 2, 3, 4])') });
    assert.deepEqual([...pixels.dataSync()], [1, 2, 3]);
    assert.equal(tf.util.isTypedArray(foreign('new Float32Array(1)')), true);
    for (const tensor of [text, pixels]) tensor.dispose();
  });
});
