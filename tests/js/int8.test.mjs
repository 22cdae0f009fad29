// SPDX-License-Identifier: Apache-2.0
// loadGraphModel(..., {precision: 'int8'}): products of integers, close to those of float32.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { missing } from '../prerequisites.mjs';

const FLOAT = { T: attr.type('float32') };
const count = (shape) => shape.reduce((a, b) => a * b, 1);

/** Numbers from -1 to 1 that look random. */
function noise(size, seed) {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

const ints = (...values) => ({ list: { i: values.map(String) } });
const strings = (...values) => ({ list: { s: values.map((value) => attr.string(value).s) } });

function convAttrs({ strides = [1, 1], padding = 'SAME', dilations = [1, 1], fused, borders }) {
  return {
    ...FLOAT,
    strides: ints(1, ...strides, 1),
    dilations: ints(1, ...dilations, 1),
    padding: attr.string(padding),
    data_format: attr.string('NHWC'),
    ...(borders && { explicit_paddings: ints(0, 0, ...borders, 0, 0) }),
    ...(fused && { fused_ops: strings(...fused), num_args: attr.int(1) }),
  };
}

/** Filter, input without batch, attributes. */
const CONVOLUTIONS = {
  'a window of one pixel': [[1, 1, 48, 40], [7, 5, 48], {}],
  'one pixel, with strides': [[1, 1, 32, 33], [8, 8, 32], { strides: [2, 2] }],
  '3x3, SAME': [[3, 3, 16, 24], [9, 8, 16], {}],
  '3x3, VALID': [[3, 3, 16, 24], [9, 8, 16], { padding: 'VALID' }],
  strides: [[3, 3, 16, 24], [10, 9, 16], { strides: [2, 2] }],
  'other strides, and a flat window': [[1, 5, 16, 17], [6, 12, 16], { strides: [1, 3] }],
  dilations: [[3, 3, 8, 16], [12, 11, 8], { dilations: [2, 3] }],
  'explicit borders': [[3, 3, 8, 16], [6, 7, 8], { padding: 'EXPLICIT', borders: [1, 2, 0, 3] }],
  groups: [[3, 3, 8, 32], [6, 6, 16], {}],
  'a stride beyond the window': [[2, 2, 16, 16], [9, 9, 16], { strides: [3, 3] }],
  bias: [[3, 3, 8, 16], [6, 6, 8], { fused: ['BiasAdd'] }],
  'bias and a clamp': [[3, 3, 8, 16], [6, 6, 8], { fused: ['BiasAdd', 'Relu6'] }],
  'bias and a function': [[1, 1, 32, 40], [6, 6, 32], { fused: ['BiasAdd', 'Elu'] }],
};

function convolution([filter, input, options]) {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [-1, -1, -1, input[2]]);
  const inputs = ['x', graph.constant('filter', 'float32', filter, [...noise(count(filter), 1)])];
  if (options.fused) inputs.push(graph.constant('bias', 'float32', [filter[3]], [...noise(filter[3], 2)]));
  graph.op('y', options.fused ? '_FusedConv2D' : 'Conv2D', inputs, convAttrs(options));
  return graph.handler(['y']);
}

function dense({ inputs, outputs, isTransposed = false, transposeA = false, fused }) {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', [-1, -1]);
  const shape = isTransposed ? [outputs, inputs] : [inputs, outputs];
  const operands = ['x', graph.constant('kernel', 'float32', shape, [...noise(inputs * outputs, 3)])];
  if (fused) operands.push(graph.constant('bias', 'float32', [outputs], [...noise(outputs, 4)]));
  graph.op('y', fused ? '_FusedMatMul' : 'MatMul', operands, {
    ...FLOAT,
    transpose_a: attr.bool(transposeA),
    transpose_b: attr.bool(isTransposed),
    ...(fused && { fused_ops: strings(...fused), num_args: attr.int(1) }),
  });
  return graph.handler(['y']);
}

/** The bound that docs/quantization.md states for random numbers: a fiftieth of the largest result. */
const BOUND = 0.02;

function assertNear(actual, expected) {
  assert.equal(actual.length, expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const error = Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
  assert.ok(error <= BOUND * largest, `an error of ${error} with results up to ${largest}`);
}

describe('precision int8', { skip: missing('dist') }, () => {
  let tf;

  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
  });

  async function models(handler) {
    return [await tf.loadGraphModel(handler, { precision: 'int8' }), await tf.loadGraphModel(handler)];
  }

  /** Whether int8 was used. */
  function compare([int8, plain], x) {
    const [actual, expected] = [int8, plain].map((model) => {
      const y = model.predict(x);
      const values = [...y.dataSync()];
      y.dispose();
      return values;
    });
    assertNear(actual, expected);
    return actual.some((value, i) => value !== expected[i]);
  }

  for (const [name, parts] of Object.entries(CONVOLUTIONS)) {
    test(`convolution: ${name}`, async () => {
      const both = await models(convolution(parts));
      const [, [height, width, channels]] = parts;
      for (const size of [
        [1, height, width],
        [3, height, width],
        [2, height + 5, width + 1],
        [1, height, width],
      ]) {
        const shape = [...size, channels];
        const x = tf.tensor(noise(count(shape), 5), shape);
        assert.ok(compare(both, x), 'int8 is used');
        x.dispose();
      }
      tf.dispose(both);
      for (const model of both) model.dispose();
    });
  }

  for (const [name, options] of Object.entries({
    plain: { inputs: 70, outputs: 33 },
    transposed: { inputs: 64, outputs: 37, isTransposed: true },
    'bias and a clamp': { inputs: 64, outputs: 40, fused: ['BiasAdd', 'Relu'] },
    'bias and a function': { inputs: 64, outputs: 40, fused: ['BiasAdd', 'Sigmoid'] },
  })) {
    test(`matrix product: ${name}`, async () => {
      const both = await models(dense(options));
      for (const rows of [1, 7, 64, 1]) {
        const x = tf.tensor(noise(rows * options.inputs, 6), [rows, options.inputs]);
        assert.ok(compare(both, x), 'int8 is used');
        x.dispose();
      }
      for (const model of both) model.dispose();
    });
  }

  for (const [name, handler, shape] of [
    ['few inputs', () => dense({ inputs: 8, outputs: 64 }), [4, 8]],
    ['few outputs', () => dense({ inputs: 64, outputs: 31 }), [4, 64]],
    ['few channels', () => convolution([[5, 5, 3, 24], [9, 9, 3], {}]), [1, 9, 9, 3]],
    ['a transposed first matrix', () => dense({ inputs: 64, outputs: 32, transposeA: true }), [64, 4]],
    ['depthwise', () => convolution([[5, 5, 1, 64], [9, 9, 64], {}]), [1, 9, 9, 64]],
  ]) {
    test(`stay float32: ${name}`, async () => {
      const both = await models(handler());
      assert.ok(!compare(both, tf.tensor(noise(count(shape), 7), shape)));
      for (const model of both) model.dispose();
    });
  }

  test('weights that are not finite stay float32', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [-1, 64]);
    const values = [...noise(64 * 32, 8)];
    values[5] = Number.NaN;
    values[70] = Number.POSITIVE_INFINITY;
    graph.op('y', 'MatMul', ['x', graph.constant('kernel', 'float32', [64, 32], values)], FLOAT);
    const both = await models(graph.handler(['y']));
    const x = tf.tensor(noise(64, 9), [1, 64]);
    const [a, b] = both.map((model) => [...model.predict(x).dataSync()]);
    assert.deepEqual(a, b);
    for (const model of both) model.dispose();
  });

  test('rows and images with NaN or infinity give NaN, the others stay as they are', async () => {
    const product = await tf.loadGraphModel(dense({ inputs: 64, outputs: 32, fused: ['BiasAdd', 'Relu'] }), {
      precision: 'int8',
    });
    const rows = noise(4 * 64, 10);
    const good = [...product.predict(tf.tensor(rows, [4, 64])).dataSync()];
    rows[64 + 3] = Number.NaN;
    rows[3 * 64 + 63] = Number.NEGATIVE_INFINITY;
    const bad = [...product.predict(tf.tensor(rows, [4, 64])).dataSync()];
    for (const [row, isBad] of [false, true, false, true].entries()) {
      const part = (values) => values.slice(row * 32, (row + 1) * 32);
      assert.deepEqual(part(bad), isBad ? Array(32).fill(Number.NaN) : part(good));
    }
    for (const kind of ['3x3, SAME', 'a window of one pixel']) {
      const conv = await tf.loadGraphModel(convolution(CONVOLUTIONS[kind]), { precision: 'int8' });
      const shape = [3, ...CONVOLUTIONS[kind][1]];
      const images = noise(count(shape), 11);
      const before = conv.predict(tf.tensor(images, shape)).arraySync();
      images[count(shape) / 3 + 1] = Number.POSITIVE_INFINITY;
      const after = conv.predict(tf.tensor(images, shape)).arraySync();
      assert.deepEqual([after[0], after[2]], [before[0], before[2]]);
      assert.ok(after[1].flat(2).every(Number.isNaN));
      conv.dispose();
    }
    product.dispose();
  });

  test('ranges that are tiny, huge, zero or on one side of zero', async () => {
    const both = await models(dense({ inputs: 64, outputs: 32 }));
    const values = noise(64, 12);
    for (const map of [(v) => v * 1e-30, (v) => v * 1e30, (v) => v + 5, (v) => v - 5, (v) => v * 1e-44, () => 0]) {
      const x = tf.tensor(Float32Array.from(values, map), [1, 64]);
      const [actual, expected] = both.map((model) => [...model.predict(x).dataSync()]);
      const largest = Math.max(...expected.map(Math.abs));
      // Values below 1e-35 count as zero.
      const error = Math.max(...expected.map((value, i) => Math.abs(value - actual[i])));
      assert.ok(error <= Math.max(0.05 * largest, 1e-33), `${map}: ${error} of ${largest}`);
    }
    for (const model of both) model.dispose();
  });

  test('wrong options', async () => {
    const handler = dense({ inputs: 64, outputs: 32 });
    for (const precision of ['int4', 'INT8', 8, {}, true, '']) {
      await assert.rejects(tf.loadGraphModel(handler, { precision }), { code: 'E_INPUT', message: /precision/ });
    }
    await assert.rejects(tf.loadGraphModel(handler, { precision: 'int8', trainable: true }), { code: 'E_INPUT' });
    for (const precision of [undefined, null, 'float32']) {
      const model = await tf.loadGraphModel(handler, { precision });
      const plain = await tf.loadGraphModel(handler);
      assert.ok(!compare([model, plain], tf.tensor(noise(64, 13), [1, 64])));
      model.dispose();
      plain.dispose();
    }
  });

  test('saved models have the weights that they were loaded with', async () => {
    const handler = dense({ inputs: 64, outputs: 32 });
    const model = await tf.loadGraphModel(handler, { precision: 'int8' });
    model.predict(tf.ones([1, 64]));
    let saved;
    await model.save({
      save: async (artifacts) => {
        saved = new Uint8Array(artifacts.weightData);
      },
    });
    assert.deepEqual(saved, new Uint8Array((await handler.load()).weightData));
    model.dispose();
  });
});

describe('precision int8 of a real model', { skip: missing('dist', 'models') }, () => {
  /** Images of smooth waves in many sizes and directions. */
  function imageOf([, height, width, channels], i) {
    const values = new Float32Array(height * width * channels);
    for (let y = 0, at = 0; y < height; ++y) {
      for (let x = 0; x < width; ++x) {
        for (let c = 0; c < channels; ++c, ++at) {
          const across = Math.sin((x / width) * 6 * (1 + (i % 5)) + c + i);
          const down = Math.cos((y / height) * 6 * (2 + ((i * 3) % 7)) + 2 * i + 0.7 * c);
          values[at] = 0.5 + 0.25 * (across + down);
        }
      }
    }
    return values;
  }

  test('the most likely emotion is nearly always the same', async () => {
    const tf = await import('../../dist/index.js');
    const folder = new URL('../../node_modules/@vladmandic/human/models/', import.meta.url);
    const load = (options) => tf.loadGraphModel(new URL('emotion.json', folder).href, options);
    const models = [await load({ precision: 'int8' }), await load()];
    const shape = [1, ...models[0].inputs[0].shape.slice(1)];
    const COUNT = 20;
    let agreed = 0;
    const seen = new Set();
    for (let i = 0; i < COUNT; ++i) {
      const x = tf.tensor(imageOf(shape, i), shape);
      const [actual, expected] = models.map((model) => [...model.predict(x).dataSync()]);
      const best = expected.indexOf(Math.max(...expected));
      seen.add(best);
      if (actual.indexOf(Math.max(...actual)) === best) ++agreed;
      expected.forEach((value, k) => {
        assert.ok(Math.abs(value - actual[k]) < 0.2, `${actual} instead of ${expected}`);
      });
    }
    assert.ok(seen.size > 2, 'the images differ');
    assert.ok(agreed >= 0.9 * COUNT, `${agreed} of ${COUNT}`);
    for (const model of models) model.dispose();
  });

  test('tfwasm/inference says that it does not have it', async () => {
    const { execFileSync } = await import('node:child_process');
    const script = `
      import * as tf from './dist/inference.js';
      const url = './node_modules/@vladmandic/human/models/liveness.json';
      const { href } = new URL(url, 'file://' + process.cwd() + '/');
      await tf.loadGraphModel(href, { precision: 'int8' }).catch((e) => console.log(e.code, e.message));
      (await tf.loadGraphModel(href)).dispose();
      console.log(tf.memory().numTensors);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
    });
    assert.match(output, /^E_INPUT .*tfwasm\/inference.*\n0\n$/);
  });
});
