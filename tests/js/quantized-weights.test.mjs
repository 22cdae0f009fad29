// SPDX-License-Identifier: Apache-2.0
// Quantized weights stay in their bytes until a kernel packs them, and nobody sees a difference.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { missing } from '../prerequisites.mjs';

const FLOAT = { T: attr.type('float32') };
const STORED = { uint8: Uint8Array, uint16: Uint16Array, float16: Uint16Array };

const count = (shape) => shape.reduce((a, b) => a * b, 1);

/** Stored values; of float16 numbers between 2^-4 and 8. */
function storedValues(dtype, size, seed) {
  const largest = { uint8: 0xff, uint16: 0xffff, float16: 0x1bff }[dtype];
  const offset = dtype === 'float16' ? 0x2c00 : 0;
  return STORED[dtype].from({ length: size }, (_, i) => offset + (((i + seed) * 7919) % (largest + 1)));
}

/** A graph whose weights are all quantized: ops that pack them, ops that read them, passes that fold them. */
function graphOfOps(dtype) {
  const graph = new GraphBuilder();
  const weight = (name, ...shape) => graph.constant(name, 'float32', shape, Array(count(shape)).fill(0));
  const windows = {
    ...FLOAT,
    strides: { list: { i: ['1', '1', '1', '1'] } },
    padding: attr.string('SAME'),
    data_format: attr.string('NHWC'),
  };
  graph.input('x', 'float32', [-1, 6, 6, 8]);
  graph.op('conv', 'Conv2D', ['x', weight('filter', 3, 3, 8, 16)], windows);
  // Is folded into the filter.
  graph.op('scaled', 'Mul', ['conv', weight('scale', 16)], FLOAT);
  graph.op('depthwise', 'DepthwiseConv2dNative', ['scaled', weight('taps', 5, 5, 16, 1)], windows);
  graph.ints('sizes', [1, 6, 6, 16]);
  graph.op('up', 'Conv2DBackpropInput', ['sizes', weight('up_filter', 3, 3, 16, 16), 'scaled'], windows);
  graph.ints('rows', [-1, 576]);
  graph.op('flat', 'Reshape', ['depthwise', 'rows'], FLOAT);
  graph.op('dense', 'MatMul', ['flat', weight('kernel', 576, 10)], FLOAT);
  // The same weight, read at run time.
  graph.op('sum', 'AddV2', [weight('addend', 24, 12), weight('addend2', 24, 12)], FLOAT);
  graph.ints('ids', [3, 0, 30]);
  graph.int('axis', 0);
  graph.op('rows_of_table', 'GatherV2', [weight('table', 32, 16), 'ids', 'axis'], {});
  graph.op('alias', 'Identity', ['kernel'], FLOAT);
  const stored = new Map(
    graph.weights.map(({ name, shape, dtype: d }, i) => [
      name,
      d === 'float32' && storedValues(dtype, count(shape), i),
    ]),
  );
  return { graph, stored, outputs: ['scaled', 'up', 'dense', 'sum', 'rows_of_table', 'alias'] };
}

const PARAMETERS = { uint8: { scale: 0.013, min: -1.57 }, uint16: { scale: 0.00037, min: -11.3 }, float16: {} };

const halfToFloat = (bits) => 2 ** ((bits >> 10) - 15) * (1 + (bits & 1023) / 1024);

function valuesOf(dtype, stored) {
  const { scale, min } = PARAMETERS[dtype];
  return Float32Array.from(stored, (q) => (dtype === 'float16' ? halfToFloat(q) : scale * q + min));
}

const joined = (arrays) => new Uint8Array(Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)))).buffer;

/** The model with weights that are quantized, or with the same values as float32. */
function handlerOf({ graph, stored, outputs }, dtype, isQuantized) {
  const artifacts = graph.artifacts({ outputs: Object.fromEntries(outputs.map((name) => [name, { name }])) });
  const arrays = graph.weights.map(({ name, values }) => {
    const bytes = stored.get(name);
    if (!bytes) return Int32Array.from(values);
    return isQuantized ? bytes : valuesOf(dtype, bytes);
  });
  const weightSpecs = artifacts.weightSpecs.map((spec) =>
    isQuantized && stored.get(spec.name) ? { ...spec, quantization: { dtype, ...PARAMETERS[dtype] } } : spec,
  );
  return { load: async () => ({ ...artifacts, weightSpecs, weightData: joined(arrays) }) };
}

describe('quantized weights', { skip: missing('dist') }, () => {
  let tf;

  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
  });

  const image = (batch) =>
    tf.tensor(
      Float32Array.from({ length: batch * 288 }, (_, i) => Math.sin(i)),
      [batch, 6, 6, 8],
    );
  const bytesOf = (tensors) => [tensors].flat().map((tensor) => [...new Uint32Array(tensor.dataSync().slice().buffer)]);

  for (const dtype of Object.keys(STORED)) {
    test(`${dtype}: results are those of float32, bit for bit`, async () => {
      const model = graphOfOps(dtype);
      const quantized = await tf.loadGraphModel(handlerOf(model, dtype, true));
      const plain = await tf.loadGraphModel(handlerOf(model, dtype, false));
      for (const x of [image(1), image(1)]) {
        assert.deepEqual(bytesOf(quantized.predict(x)), bytesOf(plain.predict(x)));
      }
      // A weight as a result, before and after the runs that packed it.
      for (const name of ['kernel', 'filter']) {
        assert.deepEqual(bytesOf(quantized.execute(image(1), name)), bytesOf(plain.execute(image(1), name)));
      }
      for (const name of model.stored.keys()) {
        assert.deepEqual(bytesOf(quantized.weights[name]), bytesOf(plain.weights[name]), name);
      }
      // With a value fed before the dense layer, its weights are packed again.
      const flat = tf.ones([2, 576]);
      assert.deepEqual(bytesOf(quantized.execute({ flat }, 'dense')), bytesOf(plain.execute({ flat }, 'dense')));
      quantized.dispose();
      plain.dispose();
    });

    test(`${dtype}: a saved model has the same bytes`, async () => {
      const model = graphOfOps(dtype);
      const handler = handlerOf(model, dtype, true);
      const loaded = await tf.loadGraphModel(handler);
      loaded.predict(image(1));
      let saved;
      await loaded.save({
        save: async (artifacts) => {
          saved = { ...artifacts, weightData: artifacts.weightData };
        },
      });
      assert.deepEqual(new Uint8Array(saved.weightData), new Uint8Array((await handler.load()).weightData));
      loaded.dispose();
    });
  }

  test('they take the memory of their bytes, also beside packed weights', async () => {
    const LAYERS = 8;
    const SIZE = 1448;
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [-1, SIZE]);
    const stored = new Map();
    for (let i = 0; i < LAYERS; ++i) {
      const kernel = graph.constant(`kernel${i}`, 'float32', [SIZE, SIZE], [0]);
      stored.set(kernel, storedValues('uint8', SIZE * SIZE, i));
      graph.op(`y${i}`, 'MatMul', [i === 0 ? 'x' : `y${i - 1}`, kernel], FLOAT);
    }
    const bytes = LAYERS * SIZE * SIZE;
    const start = tf.memory().heapBytes;
    const model = await tf.loadGraphModel(handlerOf({ graph, stored, outputs: [`y${LAYERS - 1}`] }, 'uint8', true));
    const loaded = tf.memory().heapBytes - start;
    assert.ok(loaded < 2 * bytes, `${loaded} bytes for ${bytes} of weights`);
    model.predict(tf.ones([1, SIZE])).dispose();
    // With float32 beside the packed weights it would be 8 times the bytes.
    const packed = tf.memory().heapBytes - start;
    assert.ok(packed < 7 * bytes, `${packed} bytes for ${bytes} of weights`);
    model.dispose();
  });
});
