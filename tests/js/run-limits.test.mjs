// SPDX-License-Identifier: Apache-2.0
// Runs that would never end, or never begin: limits, cancellation, unsupported ops, absurd sizes.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

const FLOAT = { T: attr.type('float32') };

/** Adds the functions of a loop: while (i < limit) i += 1. */
function addCountingFunctions(graph) {
  const variables = { i: 'float32', limit: 'float32' };
  graph.function('cond', variables, { r: 'bool' }, (body) => ({
    r: `${body.op('less', 'Less', ['i', 'limit'], FLOAT)}:z:0`,
  }));
  graph.function('body', variables, variables, (body) => {
    const one = body.constant('one', 'float32', [], [1]);
    return { i: `${body.op('add', 'AddV2', ['i', `${one}:output:0`], FLOAT)}:z:0`, limit: 'limit' };
  });
  return { cond: attr.func('cond'), body: attr.func('body'), T: attr.types('float32', 'float32') };
}

/** Counts from x to `limit`. */
function countingModel() {
  const graph = new GraphBuilder();
  graph.input('x', 'float32', []);
  graph.input('limit', 'float32', []);
  graph.op('loop', 'While', ['x', 'limit'], addCountingFunctions(graph));
  graph.op('y', 'Identity', ['loop'], FLOAT);
  return graph.handler(['y']);
}

describe('limits', { skip: missing('dist') }, () => {
  let tf;

  before(async () => {
    tf = await importSource();
    await startWatchedCore(tf);
  });

  const inputs = (limit) => ({ x: tf.scalar(0), limit: tf.scalar(limit) });

  /** Calls `run` with inputs. Returns the value. */
  async function countWith(limit, run) {
    const feeds = inputs(limit);
    try {
      const result = await run(feeds);
      const [value] = result.dataSync();
      result.dispose();
      return value;
    } finally {
      tf.dispose(feeds);
    }
  }

  /** Expects that nothing is left behind. */
  async function count(limit, run) {
    const { numTensors } = tf.memory();
    try {
      return await countWith(limit, run);
    } finally {
      assert.equal(tf.memory().numTensors, numTensors);
    }
  }

  const isLimit = (error) => {
    assert.equal(error.code, 'E_LIMIT', error.stack);
    assert.match(error.message, /limit of 100 loop iterations/);
    assert.equal(error.op, 'While');
    return true;
  };
  const maxIterations = 100;

  test('of a single run, which leave others alone', async () => {
    const model = await tf.loadGraphModel(countingModel());
    const limited = [
      (feeds) => model.predict(feeds, { maxIterations }),
      (feeds) => model.execute(feeds, ['y'], { maxIterations }),
      (feeds) => model.predictAsync(feeds, { maxIterations }),
      (feeds) => model.executeAsync(feeds, ['y'], { maxIterations }),
      (feeds) => model.executeAsync(feeds, ['y'], { maxIterations, signal: new AbortController().signal }),
    ];
    for (const run of limited) {
      assert.equal(await count(100, run), 100);
      await assert.rejects(count(Number.POSITIVE_INFINITY, run), isLimit);
      assert.equal(await count(150, (feeds) => model.predict(feeds)), 150);
    }
    model.dispose();
  });

  test('of all runs of a model', async () => {
    const artifacts = await countingModel().load();
    const models = [
      await tf.loadGraphModel(countingModel(), { maxIterations }),
      tf.loadGraphModelSync(artifacts, { maxIterations }),
    ];
    for (const model of models) {
      assert.equal(await count(100, (feeds) => model.predict(feeds)), 100);
      await assert.rejects(
        count(101, (feeds) => model.predict(feeds)),
        isLimit,
      );
      assert.equal(await count(101, (feeds) => model.predict(feeds, { maxIterations: 200 })), 101);
      await assert.rejects(
        count(101, (feeds) => model.predict(feeds)),
        isLimit,
      );
      model.dispose();
    }
  });

  test('of the graph that fills the tables of a model', async () => {
    const graph = new GraphBuilder();
    graph.op('y', 'Relu', [graph.input('x', 'float32', [])], FLOAT);
    const attrs = addCountingFunctions(graph);
    graph.initialize((nodes) => {
      nodes.constant('zero', 'float32', [], [0]);
      nodes.constant('end', 'float32', [], [Number.POSITIVE_INFINITY]);
      nodes.op('loop', 'While', ['zero', 'end'], attrs);
    });
    graph.initializer.library = { function: graph.functions };
    await assert.rejects(tf.loadGraphModel(graph.handler(['y']), { maxIterations }), isLimit);
    assert.equal(tf.memory().numTensors, 0);
  });

  test('must be numbers', async () => {
    const model = await tf.loadGraphModel(countingModel(), { maxIterations: Number.POSITIVE_INFINITY });
    for (const wrong of [-1, Number.NaN, '5', {}]) {
      const isRefused = (error) => error.code === 'E_INPUT' && /maxIterations must be a number/.test(error.message);
      await assert.rejects(tf.loadGraphModel(countingModel(), { maxIterations: wrong }), isRefused);
      await assert.rejects(
        count(1, (feeds) => model.predict(feeds, { maxIterations: wrong })),
        isRefused,
      );
    }
    assert.equal(await count(1, (feeds) => model.predict(feeds, { maxIterations: null })), 1);
    model.dispose();
  });

  test('a signal stops a loop that never ends, and only that', async () => {
    const model = await tf.loadGraphModel(countingModel());
    const controller = new AbortController();
    const reason = new Error('enough');
    const { numTensors } = tf.memory();
    const endless = countWith(Number.POSITIVE_INFINITY, (feeds) => {
      const result = model.executeAsync(feeds, 'y', { signal: controller.signal });
      // The run keeps what it needs.
      tf.dispose(feeds);
      return result;
    });
    // While it runs, events arrive and other runs take place.
    for (let i = 0; i < 3; ++i) {
      await new Promise((resolve) => setTimeout(resolve));
      const feeds = inputs(i);
      const result = model.predict(feeds);
      assert.equal(result.dataSync()[0], i);
      tf.dispose([result, feeds]);
    }
    const other = countWith(30_000, (feeds) => model.predictAsync(feeds, { signal: new AbortController().signal }));
    controller.abort(reason);
    const isReason = (error) => error === reason;
    await assert.rejects(endless, isReason);
    assert.equal(await other, 30_000);
    await assert.rejects(
      count(1, (feeds) => model.predictAsync(feeds, { signal: controller.signal })),
      isReason,
    );
    assert.equal(tf.memory().numTensors, numTensors);
    model.dispose();
  });

  test('a model that is disposed while it runs', async () => {
    const model = await tf.loadGraphModel(countingModel());
    const feeds = inputs(Number.POSITIVE_INFINITY);
    const endless = model.executeAsync(feeds, 'y', { signal: new AbortController().signal });
    model.dispose();
    await assert.rejects(endless, { code: 'E_DISPOSED' });
    tf.dispose(feeds);
  });

  test('unsupported ops that no run has to reach are listed, and throw when they are reached', async () => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', []);
    graph.input('p', 'bool', []);
    const types = { Tin: attr.types('float32'), Tout: attr.types('float32') };
    for (const [name, op] of [
      ['good', 'Neg'],
      ['bad', 'Frobnicate'],
    ]) {
      graph.function(name, { v: 'float32' }, { r: 'float32' }, (body) => ({ r: `${body.op('op', op, ['v'])}:y:0` }));
    }
    graph.function('uncalled', {}, { r: 'float32' }, (body) => ({ r: `${body.op('op', 'Gyrate')}:y:0` }));
    graph.op('y', 'If', ['p', 'x'], { ...types, then_branch: attr.func('good'), else_branch: attr.func('bad') });
    graph.op('unused', 'Frobnicate', ['x']);
    const model = await tf.loadGraphModel(graph.handler(['y']));
    assert.deepEqual(model.unsupportedOps, [
      { op: 'Frobnicate', count: 2, node: 'unused' },
      { op: 'Gyrate', count: 1, node: 'op' },
    ]);
    const run = (p) => tf.tidy(() => model.predict({ x: tf.scalar(3), p: tf.scalar(p, 'bool') }).dataSync()[0]);
    assert.equal(run(true), -3);
    assert.throws(() => run(false), { code: 'E_OP', op: 'Frobnicate', node: 'bad/op' });
    assert.equal(run(true), -3);
    assert.throws(() => tf.tidy(() => model.execute({ x: tf.scalar(3) }, 'unused')), { code: 'E_OP', node: 'unused' });
    model.dispose();
  });

  test('values instead of tensors are refused before they are looked at', async () => {
    const model = await tf.loadGraphModel(countingModel());
    for (const values of [new Float32Array(3_000_000), new Int32Array(1), new ArrayBuffer(8)]) {
      const { name } = values.constructor;
      assert.throws(() => model.predict(values), { code: 'E_INPUT', message: new RegExp(`got ${name}; tensor\\(`) });
    }
    model.dispose();
  });

  test('absurd sizes are refused before work begins', () => {
    const refused = {
      'random values': () => tf.randomGamma([65536, 65536], 2),
      'values of a function': () => tf.rand([65536, 65536], () => assert.fail('was called')),
      'strings of a fill': () => tf.fill([2 ** 30], 'x'),
      'empty strings': () => tf.zeros([2 ** 31], 'string'),
      'a buffer of numbers': () => tf.buffer([65536, 65536]),
      'a buffer of strings': () => tf.buffer([2 ** 31], 'string'),
    };
    for (const [what, call] of Object.entries(refused)) {
      assert.throws(call, (error) => ['E_OOM', 'E_LIMIT', 'E_INPUT'].includes(error.code), what);
    }
    const strings = tf.fill([3000], 'é');
    assert.deepEqual(strings.dataSync(), Array(3000).fill('é'));
    strings.dispose();
  });
});
