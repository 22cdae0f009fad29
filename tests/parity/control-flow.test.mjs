// SPDX-License-Identifier: Apache-2.0
// Models with loops, conditionals, lists and tables: compared with TensorFlow.js if it can run them, otherwise with
// values by definition.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { assertSameTensor } from './compare.mjs';
import {
  beamSearch,
  beamSearchByHand,
  longLoop,
  lookupModel,
  lstmAsLoop,
  lstmAsWhile,
  lstmInput,
  nestedFunctions,
} from './control-flow-models.mjs';

describe('control flow', { skip: missing('dist', 'tfjs') }, () => {
  let tf;
  /** TensorFlow.js with its cpu backend. */
  let reference;
  let loadReference;

  before(async () => {
    tf = await import('../../dist/index.js');
    await tf.ready();
    reference = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    ({ loadGraphModel: loadReference } = await import('@tensorflow/tfjs-converter'));
    await reference.setBackend('cpu');
  });

  /** Runs a model in either library. `feeds`: {name: [values, shape, dtype]}. */
  async function run(library, model, feeds) {
    const tensors = Object.entries(feeds).map(([name, [values, shape, dtype]]) => [
      name,
      library.tensor(values, shape, dtype),
    ]);
    const results = [await model.executeAsync(Object.fromEntries(tensors))].flat();
    return results.map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      data: tensor.dataSync(),
    }));
  }

  async function runHere(handler, feeds) {
    const model = await tf.loadGraphModel(handler);
    const first = await run(tf, model, feeds);
    const again = await run(tf, model, feeds);
    first.forEach((tensor, index) => {
      assertSameTensor(again[index], tensor);
    });
    model.dispose();
    return first;
  }

  async function assertSameAsReference(handler, feeds) {
    const expected = await run(reference, await loadReference(handler), feeds);
    const actual = await runHere(handler, feeds);
    assert.equal(actual.length, expected.length);
    expected.forEach((tensor, index) => {
      assertSameTensor(actual[index], tensor);
    });
    return actual;
  }

  test('an LSTM is the same as a v1 loop, as a While, and in TensorFlow.js', async () => {
    const { values, shape } = lstmInput();
    const feeds = { x: [values, shape, 'float32'] };
    const loop = await assertSameAsReference(lstmAsLoop(), feeds);
    const whileLoop = await assertSameAsReference(lstmAsWhile(), feeds);
    loop.forEach((tensor, index) => {
      assertSameTensor(whileLoop[index], tensor);
    });
  });

  test('a beam search collects its tokens in lists', async () => {
    const start = [0.5, -0.25, 0.125];
    const expected = beamSearchByHand(start);
    const [scores, tokens, parents] = await runHere(beamSearch(), { scores: [start, [3], 'float32'] });
    assertSameTensor(scores, { shape: [3], dtype: 'float32', data: expected.scores });
    assertSameTensor(tokens, { shape: expected.shape, dtype: 'int32', data: expected.tokens });
    assertSameTensor(parents, { shape: expected.shape, dtype: 'int32', data: expected.parents });
  });

  for (const byResource of [false, true]) {
    test(`a table is filled by the initializer graph and found by ${byResource ? 'resource' : 'name'}`, async () => {
      const model = await tf.loadGraphModel(lookupModel({ byResource }));
      assert.deepEqual(
        model.inputs.map(({ name }) => name),
        ['words'],
      );
      const words = tf.tensor(['dog', 'bird', 'naïve', 'cat'], [4], 'string');
      const [ids, size] = model.predict(words);
      assert.deepEqual([...ids.dataSync()], [20, -1, 30, 10]);
      assert.deepEqual(size.dataSync()[0], 3);
      await assert.rejects(
        async () => model.execute(words, 'table'),
        (error) => error.code === 'E_DTYPE' && /resource/.test(error.message),
      );
      model.dispose();
    });
  }

  test('If and While nest', async () => {
    for (const flag of [1, 0]) {
      const feeds = { x: [[100], [], 'float32'], flag: [[flag], [], 'bool'] };
      // TensorFlow.js swaps the two results of the inner loop.
      const [left, steps] = await runHere(nestedFunctions(), feeds);
      assert.equal(left.data[0], flag ? 100 / 128 : -100);
      assert.equal(steps.data[0], flag ? 7 : 100);
    }
  });

  test('a function finds what comes after a list of outputs', async () => {
    const { GraphBuilder, attr } = await import('../graph-builder.mjs');
    const graph = new GraphBuilder();
    const [int32, float32] = [attr.type('int32'), attr.type('float32')];
    const args = { splits: 'int32', values: 'float32', indices: 'int32' };
    graph.function('pick', args, { outer: 'int32', inner: 'int32', picked: 'float32' }, (body) => {
      const attrs = { PARAMS_RAGGED_RANK: attr.int(1), OUTPUT_RAGGED_RANK: attr.int(2) };
      const types = { Tvalues: float32, Tindices: int32, Tsplits: int32 };
      const gather = body.op('gather', 'RaggedGather', Object.keys(args), { ...attrs, ...types });
      const splits = `${gather}:output_nested_splits`;
      return { outer: `${splits}:0`, inner: `${splits}:1`, picked: `${gather}:output_dense_values:0` };
    });
    const inputs = [
      graph.ints('splits', [0, 2, 2, 5]),
      graph.constant('values', 'float32', [5], [10, 11, 12, 13, 14]),
      graph.input('indices', 'int32', [2, 2]),
    ];
    const call = { f: attr.func('pick'), Tin: attr.types(...Object.values(args)) };
    graph.op('call', 'PartitionedCall', inputs, { ...call, Tout: attr.types('int32', 'int32', 'float32') });
    const names = ['outer', 'inner', 'picked'];
    for (const [index, name] of names.entries()) {
      graph.op(name, 'Identity', [`call:${index}`], { T: index < 2 ? int32 : float32 });
    }
    const [outer, inner, picked] = await runHere(graph.handler(names), { indices: [[2, 0, 1, 2], [2, 2], 'int32'] });
    assert.deepEqual([...outer.data], [0, 2, 4]);
    assert.deepEqual([...inner.data], [0, 3, 5, 5, 8]);
    assert.deepEqual([...picked.data], [12, 13, 14, 10, 11, 12, 13, 14]);
  });

  test('10,000 iterations leave nothing behind', async (context) => {
    const model = await tf.loadGraphModel(longLoop());
    const x = tf.tensor([1, 2, 3, 4]);
    const times = tf.scalar(10000, 'int32');
    const step = () => model.predict({ times, x });
    step().dispose();
    const before = tf.memory();
    const start = performance.now();
    const y = step();
    context.diagnostic(`${((performance.now() - start) / 30).toFixed(2)} microseconds a node`);
    assert.deepEqual([...y.dataSync()], [10001, 10002, 10003, 10004]);
    y.dispose();
    const { numTensors, heapBytes } = tf.memory();
    assert.deepEqual({ numTensors, heapBytes }, { numTensors: before.numTensors, heapBytes: before.heapBytes });
    model.dispose();
  });

  test('a function that calls itself for ever is an error, not a crash', async () => {
    const { GraphBuilder, attr } = await import('../graph-builder.mjs');
    const graph = new GraphBuilder();
    const call = { f: attr.func('f'), Tin: attr.types('float32'), Tout: attr.types('float32') };
    graph.function('f', { x: 'float32' }, { y: 'float32' }, (body) => {
      body.op('f/again', 'PartitionedCall', ['x'], call);
      return { y: 'f/again:output:0' };
    });
    graph.op('y', 'PartitionedCall', [graph.input('x', 'float32', [])], call);
    const model = await tf.loadGraphModel(graph.handler(['y']));
    assert.throws(() => model.predict(tf.scalar(1)), { code: 'E_LIMIT' });
    model.dispose();
  });
});
