// SPDX-License-Identifier: Apache-2.0
// The op API compared with TensorFlow.js 4.22's cpu backend: runs each case under cases/ in both. Also checks that no
// tensor leaks, that errors name the function, and that the API is complete.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../../tools/lib/paths.mjs';
import { missing } from '../../prerequisites.mjs';
import { assertSameTensor } from '../compare.mjs';
import { MISSING, MISSING_UTIL } from './missing.mjs';

const skip = missing('dist', 'tfjs');
const tf = skip ? {} : await import(pathToFileURL(path.join(ROOT, 'dist/index.js')).href);
const oracle = skip ? {} : await import('@tensorflow/tfjs-core');
if (!skip) await import('@tensorflow/tfjs-backend-cpu');

const files = (await readdir(new URL('cases', import.meta.url))).sort();
const TABLES = await Promise.all(
  files.map(async (file) => ({ file, ...(await import(new URL(`cases/${file}`, import.meta.url).href)) })),
);

const NAMESPACES = ['fused', 'image', 'linalg', 'losses', 'math', 'signal', 'sparse', 'spectral', 'string'];

/** The functions that the cases have called, e.g. "add" and "image.transform". */
const called = new Set();

before(async () => {
  if (skip) return;
  await Promise.all([tf.ready(), oracle.setBackend('cpu')]);
  // Adds tensor methods that the cases use. TensorFlow.js core alone does not have them.
  for (const name of ['reshape', 'cast']) {
    oracle.Tensor.prototype[name] ??= function (...rest) {
      return oracle[name](this, ...rest);
    };
  }
});

/** A wrapper of the library that passes every result of a direct call to `made`. */
function observed(library, made, prefix = '') {
  return new Proxy(library, {
    get(target, name) {
      const member = target[name];
      if (NAMESPACES.includes(name)) return observed(member, made, `${name}.`);
      if (typeof member !== 'function' || /^[A-Z]/.test(name)) return member;
      return (...args) => {
        called.add(prefix + name);
        const result = member(...args);
        if (result instanceof Promise) return result.then((value) => made(value) ?? value);
        made(result);
        return result;
      };
    },
  });
}

/** Functions of a list of tensors, and those that draw random numbers without a seed. */
const WITHOUT_NULLS = /^(einsum|dropout|rand.*|truncatedNormal|multinomial)$/;

/** A wrapper of the library that passes null for everything that a call leaves out. */
function withNulls(library) {
  return new Proxy(library, {
    get(target, name) {
      const member = target[name];
      if (NAMESPACES.includes(name)) return withNulls(member);
      if (typeof member !== 'function' || /^[A-Z]/.test(name) || WITHOUT_NULLS.test(name)) return member;
      return (...args) => member(...args.map((argument) => argument ?? null), ...new Array(9).fill(null));
    },
  });
}

/** The tensors in a result, by path; other values as they are. */
function leaves(result, place = 'result') {
  if (result === null || typeof result !== 'object') return [{ name: place, value: result }];
  if (typeof result.dataSync === 'function') return [{ name: place, tensor: result }];
  if (ArrayBuffer.isView(result)) return [{ name: place, value: Array.from(result) }];
  return Object.entries(result).flatMap(([key, value]) => leaves(value, `${place}.${key}`));
}

const describeTensor = ({ name, tensor }) => ({
  name,
  dtype: tensor.dtype,
  shape: tensor.shape,
  data: tensor.dtype === 'bool' ? Array.from(tensor.dataSync(), Number) : tensor.dataSync(),
});

/** Runs a case and returns its result as plain values. Disposes all tensors. */
async function evaluate(library, run) {
  const tensors = new Set();
  const before = library.memory().numTensors;
  const made = (result) => {
    for (const { tensor } of leaves(result)) if (tensor) tensors.add(tensor);
  };
  const result = await run(observed(library, made));
  made(result);
  const values = leaves(result).map((leaf) => (leaf.tensor ? describeTensor(leaf) : leaf));
  const leaked = library.memory().numTensors - before - [...tensors].filter((tensor) => !tensor.isDisposed).length;
  for (const tensor of tensors) tensor.dispose();
  return { values, leaked };
}

function assertSame(actual, expected, tolerance) {
  assert.deepEqual(
    actual.map(({ name }) => name),
    expected.map(({ name }) => name),
  );
  for (const [index, leaf] of expected.entries()) {
    if (leaf.data) assertSameTensor(actual[index], leaf, tolerance);
    else assert.deepEqual(actual[index].value, leaf.value);
  }
}

for (const { file, CASES = [], ERRORS = [] } of TABLES) {
  describe(path.parse(file).name, { skip }, () => {
    for (const [name, run, { expected, tolerance } = {}] of CASES) {
      test(name, async () => {
        const { values, leaked } = await evaluate(tf, run);
        const wanted = expected ? leaves(expected(tf)) : (await evaluate(oracle, run)).values;
        assertSame(
          values,
          wanted.map((leaf) => (leaf.tensor ? describeTensor(leaf) : leaf)),
          tolerance,
        );
        assert.equal(leaked, 0, `${leaked} tensors leak`);
      });
    }
    test('null is as good as left out', async () => {
      for (const [, run, { tolerance } = {}] of CASES) {
        const { values: wanted } = await evaluate(tf, run);
        const { values } = await evaluate(withNulls(tf), run);
        assertSame(values, wanted, tolerance);
      }
    });
    for (const [name, run, code, message] of ERRORS) {
      test(`refuses ${name}`, async () => {
        const made = [];
        const library = observed(tf, (result) => made.push(...leaves(result)));
        const before = tf.memory().numTensors;
        await assert.rejects(
          async () => run(library),
          (error) => {
            assert.ok(error instanceof tf.TfwasmError, error.stack);
            assert.equal(error.code, code, error.message);
            assert.match(error.message, message);
            return true;
          },
        );
        const kept = made.filter(({ tensor }) => tensor && !tensor.isDisposed).length;
        assert.equal(tf.memory().numTensors - before - kept, 0, 'tensors leak');
        for (const { tensor } of made) tensor?.dispose();
      });
    }
  });
}

/** Names of functions that `actual` lacks and that are not in `known`. */
function lacking(expected, actual, known) {
  return Object.keys(expected)
    .filter((name) => typeof expected[name] === 'function' && !known.has(name))
    .filter((name) => !(name in actual));
}

describe('nothing is missing', { skip }, () => {
  test('at the top level', () => {
    const names = lacking(oracle, tf, new Set(MISSING));
    assert.deepEqual(names, []);
    assert.deepEqual(
      MISSING.filter((name) => name in tf),
      [],
      'is there, and must leave the list',
    );
  });

  for (const namespace of [...NAMESPACES, 'browser']) {
    test(`in tf.${namespace}`, () => assert.deepEqual(lacking(oracle[namespace], tf[namespace], new Set()), []));
  }

  test('in tf.util', () => assert.deepEqual(lacking(oracle.util, tf.util, new Set(MISSING_UTIL)), []));

  test('of the methods of tensors', async () => {
    const folder = path.join(ROOT, 'node_modules/@tensorflow/tfjs-core/dist/public/chained_ops');
    const declared = (await readdir(folder)).filter((name) => name.endsWith('.d.ts'));
    const texts = await Promise.all(declared.map((name) => readFile(path.join(folder, name), 'utf8')));
    const names = texts.flatMap((text) => [...text.matchAll(/^ {8}(\w+)</gm)].map(([, name]) => name));
    assert.ok(names.length > 130, `${names.length} names`);
    const own = Object.getOwnPropertyNames(oracle.Tensor.prototype);
    const tensor = tf.scalar(1);
    assert.deepEqual(
      [...names, ...own].filter((name) => !(name in tensor)),
      [],
    );
    tensor.dispose();
  });

  test('of cases', () => {
    const functions = Object.entries(tf).filter(([name, member]) => typeof member === 'function' && name in oracle);
    const top = functions.map(([name]) => name).filter((name) => !/^[A-Z]/.test(name) && !NO_CASES.includes(name));
    const inner = NAMESPACES.flatMap((namespace) =>
      Object.keys(tf[namespace])
        .filter((name) => name in oracle[namespace])
        .map((name) => `${namespace}.${name}`),
    );
    assert.deepEqual(
      [...top, ...inner].filter((name) => !called.has(name)),
      [],
    );
  });
});

/** Functions without computation; tested elsewhere. */
const NO_CASES = [
  ...['backend', 'dispose', 'disposeVariables', 'enableDebugMode', 'enableProdMode', 'engine', 'env', 'findBackend'],
  ...['getBackend', 'keep', 'loadGraphModel', 'memory', 'nextFrame', 'profile', 'ready', 'setBackend', 'tidy', 'time'],
  ...['print', 'variable'],
];
