// SPDX-License-Identifier: Apache-2.0
// Ops that TensorFlow.js lacks: what the ops in their place compute, here and in TensorFlow.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';
import { convert, fileTree, handlerOf } from './convert.mjs';
import { attr, constant, graphDef, node, placeholder } from './graph-def.mjs';

const skip = missing('dist');
const hasTfjs = !missing('tfjs');
const f = { T: attr.type('float32') };
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const range = (count) => Array.from({ length: count }, (_, i) => i);

const constants = (values) =>
  Object.entries(values).map(([name, [type, dims, list]]) => constant(name, type, dims, list));

/** [op, shape and values of x, further inputs, attributes, expected by output] */
const CASES = {
  'Roll of one axis': [
    'Roll',
    [[2, 3], range(6)],
    { shift: ['int32', [], [1]], axis: ['int32', [], [-1]] },
    f,
    [[2, 0, 1, 5, 3, 4]],
  ],
  'Roll of two axes': [
    'Roll',
    [[2, 3], range(6)],
    { shift: ['int32', [2], [-1, 2]], axis: ['int32', [2], [0, 1]] },
    f,
    [[4, 5, 3, 1, 2, 0]],
  ],
  SpaceToDepth: [
    'SpaceToDepth',
    [[1, 2, 4, 1], range(8)],
    {},
    { ...f, block_size: attr.int(2) },
    [[0, 1, 4, 5, 2, 3, 6, 7]],
  ],
  UnsortedSegmentSum: [
    'UnsortedSegmentSum',
    [[3, 2], range(6)],
    { ids: ['int32', [3], [2, 0, 2]], count: ['int32', [], [4]] },
    f,
    [[2, 3, 0, 0, 4, 6, 0, 0]],
  ],
  SegmentSum: ['SegmentSum', [[3, 2], range(6)], { ids: ['int32', [3], [0, 0, 2]] }, f, [[2, 4, 0, 0, 4, 5]]],
  SegmentSumV2: [
    'SegmentSumV2',
    [[3, 2], range(6)],
    { ids: ['int32', [3], [0, 0, 2]], count: ['int32', [], [4]] },
    f,
    [[2, 4, 0, 0, 4, 5, 0, 0]],
  ],
  'ScatterNdNonAliasingAdd, with one index twice': [
    'ScatterNdNonAliasingAdd',
    [[3], [1, 2, 3]],
    { indices: ['int32', [3, 1], [2, 0, 2]], updates: ['float32', [3], [10, 20, 30]] },
    f,
    [[21, 2, 43]],
  ],
  MatrixDiag: [
    'MatrixDiag',
    [
      [2, 2],
      [1, 2, 3, 4],
    ],
    {},
    f,
    [[1, 0, 0, 2, 3, 0, 0, 4]],
  ],
  MatrixDiagV3: [
    'MatrixDiagV3',
    [[2], [1, 2]],
    {
      k: ['int32', [], [0]],
      rows: ['int32', [], [-1]],
      columns: ['int32', [], [-1]],
      padding: ['float32', [], [0]],
    },
    f,
    [[1, 0, 0, 2]],
  ],
  MatrixSetDiag: ['MatrixSetDiag', [[2, 3], range(6)], { diagonal: ['float32', [2], [8, 9]] }, f, [[8, 1, 2, 3, 9, 5]]],
  BatchNormWithGlobalNormalization: [
    'BatchNormWithGlobalNormalization',
    [
      [1, 1, 1, 2],
      [3, 4],
    ],
    {
      mean: ['float32', [2], [1, 2]],
      variance: ['float32', [2], [4, 1]],
      beta: ['float32', [2], [10, 20]],
      gamma: ['float32', [2], [2, 3]],
    },
    { ...f, variance_epsilon: attr.float(0), scale_after_normalization: attr.bool(true) },
    [[12, 26]],
  ],
  DynamicPartition: [
    'DynamicPartition',
    [[3, 2], range(6)],
    { parts: ['int32', [3], [1, 0, 1]] },
    { ...f, num_partitions: attr.int(2) },
    [
      [2, 3],
      [0, 1, 4, 5],
    ],
  ],
  'DynamicPartition with numbers along two axes': [
    'DynamicPartition',
    [[2, 2, 1], range(4)],
    { parts: ['int32', [2, 2], [1, 0, 0, 1]] },
    { ...f, num_partitions: attr.int(2) },
    [
      [1, 2],
      [0, 3],
    ],
  ],
  LSTMBlockCell: [
    'LSTMBlockCell',
    [[1, 1], [0.5]],
    {
      c: ['float32', [1, 1], [0.2]],
      h: ['float32', [1, 1], [-0.3]],
      w: ['float32', [2, 4], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]],
      wci: ['float32', [1], [0]],
      wcf: ['float32', [1], [0]],
      wco: ['float32', [1], [0]],
      b: ['float32', [4], [0.01, 0.02, 0.03, 0.04]],
    },
    { ...f, forget_bias: attr.float(1) },
    (() => {
      const z = (k) => 0.5 * (0.1 * (k + 1)) - 0.3 * (0.5 + 0.1 * k) + 0.01 * (k + 1);
      const [i, ci, forget, o] = [sigmoid(z(0)), Math.tanh(z(1)), sigmoid(z(2) + 1), sigmoid(z(3))];
      const c = forget * 0.2 + i * ci;
      return [[i], [c], [forget], [o], [ci], [Math.tanh(c)], [o * Math.tanh(c)]];
    })(),
  ],
  GRUBlockCell: [
    'GRUBlockCell',
    [[1, 1], [0.5]],
    {
      h: ['float32', [1, 1], [-0.3]],
      wru: ['float32', [2, 2], [0.1, 0.2, 0.3, 0.4]],
      wc: ['float32', [2, 1], [0.5, 0.6]],
      bru: ['float32', [2], [0.01, 0.02]],
      bc: ['float32', [1], [0.03]],
    },
    f,
    (() => {
      const [r, u] = [sigmoid(0.05 - 0.09 + 0.01), sigmoid(0.1 - 0.12 + 0.02)];
      const c = Math.tanh(0.25 + r * -0.3 * 0.6 + 0.03);
      return [[r], [u], [c], [u * -0.3 + (1 - u) * c]];
    })(),
  ],
};

const INTEGERS = {
  LeftShift: ['LeftShift', [[3], [1, -2, 3]], { by: ['int32', [], [2]] }, [4, -8, 12]],
  RightShift: ['RightShift', [[3], [5, -5, 8]], { by: ['int32', [], [1]] }, [2, -3, 4]],
  InvertPermutation: ['InvertPermutation', [[3], [2, 0, 1]], {}, [1, 2, 0]],
};

/** Runs a converted graph in a library: its outputs as lists. */
async function outputsOf(tf, load, converted, [shape, values], dtype, count) {
  const model = await load(handlerOf(converted));
  const names = range(count).map((i) => `y${i}`);
  const results = [await model.executeAsync({ x: tf.tensor(values, shape, dtype) }, names)].flat();
  return results.map((tensor) => Array.from(tensor.dataSync()));
}

async function check([op, x, inputs, attrs, expected], dtype) {
  const nodes = [
    placeholder('x', dtype, [-1, ...x[0].slice(1)]),
    ...constants(inputs),
    node('op', op, ['x', ...Object.keys(inputs)], attrs),
    ...expected.map((_, i) => node(`y${i}`, 'Identity', [`op:${i}`], { T: attr.type(dtype) })),
  ];
  const converted = await convert(fileTree({ 'model.pb': graphDef(nodes) }));
  assert.ok(!converted.json.modelTopology.node.some((each) => each.op === op));
  const libraries = [await import('../../dist/index.js')];
  if (hasTfjs) {
    const core = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    await core.setBackend('cpu');
    libraries.push({ ...core, loadGraphModel: (await import('@tensorflow/tfjs-converter')).loadGraphModel });
  }
  for (const tf of libraries) {
    await tf.ready();
    const results = await outputsOf(tf, tf.loadGraphModel, converted, x, dtype, expected.length);
    for (const [i, list] of expected.entries()) {
      assert.equal(results[i].length, list.length);
      for (const [k, value] of list.entries())
        assert.ok(Math.abs(results[i][k] - value) < 1e-5, `${results[i]}, not ${list}`);
    }
  }
}

describe('ops that are expressed by others', { skip }, () => {
  for (const [name, entry] of Object.entries(CASES)) test(name, () => check(entry, 'float32'));
  for (const [name, [op, x, inputs, expected]] of Object.entries(INTEGERS)) {
    test(name, () => check([op, x, inputs, { T: attr.type('int32') }, [expected]], 'int32'));
  }
});

test('the table of ops in docs/converting-graphs.md has those that have rules', () => {
  const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');
  const rules = ['decompose.cc', 'array_rules.cc'].flatMap((file) =>
    [...read(`src/convert/${file}`).matchAll(/^ {4}\{"(\w+)",/gm)].map(([, op]) => op),
  );
  const section = read('docs/converting-graphs.md').split('## Ops that are expressed by others')[1].split('\n## ')[0];
  const rows = [...section.matchAll(/^\| [^|]+ \| ([A-Z].*) \|$/gm)];
  const listed = rows.flatMap(([, ops]) => ops.split(', '));
  assert.ok(rules.length > 40);
  assert.deepEqual(listed.sort(), rules.sort());
});
