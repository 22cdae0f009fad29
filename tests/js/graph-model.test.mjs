// SPDX-License-Identifier: Apache-2.0
// What a GraphModel passes to the core and how it processes the results. Parity tests check the numbers.
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { attr, GraphBuilder } from '../graph-builder.mjs';
import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

describe('GraphModel', { skip: missing('dist') }, () => {
  let tf;
  let core;
  let model;
  let input;

  before(async () => {
    tf = await importSource();
    core = await startWatchedCore(tf);
  });

  /** scores = 2 * x, through nodes with unusual names. a is x split in two parts; b is -x. */
  function artifacts() {
    const type = { T: attr.type('float32') };
    const graph = new GraphBuilder();
    graph.input('x', 'float32', [-1, 2]);
    graph.op('hidden', 'Identity', ['x'], type);
    graph.op('__proto__', 'Identity', ['hidden'], type);
    graph.op('double', 'Mul', ['__proto__', graph.constant('two', 'float32', [], 2)], type);
    graph.op('Identity', 'Identity', ['double'], type);
    graph.op('a', 'Split', [graph.int('axis', 1), 'x'], { ...type, num_split: attr.int(2) });
    graph.op('b', 'Neg', ['x'], type);
    return graph.artifacts({
      inputs: { image: { name: 'x:0' } },
      outputs: { scores: { name: 'Identity:0', dtype: 'DT_FLOAT' } },
    });
  }

  const load = (change) => tf.loadGraphModel({ load: async () => ({ ...artifacts(), ...change }) });

  beforeEach(async () => {
    tf.engine().startScope();
    core.reset();
    model = await load();
    input = tf.tensor([[1, 2]]);
  });
  afterEach(() => {
    model.dispose();
    tf.engine().endScope();
  });

  const lastRun = () => core.runs.at(-1);

  describe('execute', () => {
    for (const [what, wrap, feeds] of [
      ['a tensor', () => input, ['image']],
      ['a list', () => [input], ['image']],
      ['a map by key', () => ({ image: input }), ['image']],
      ['a map by node', () => ({ 'x:0': input }), ['x:0']],
      ['a map with an intermediate node', () => ({ hidden: input }), ['hidden']],
      ['a map with a name of objects', () => Object.fromEntries([['__proto__', input]]), ['__proto__']],
    ]) {
      test(`feeds ${what}`, async () => {
        for (const result of [model.execute(wrap()), model.predict(wrap()), await model.executeAsync(wrap())]) {
          assert.deepEqual(result.arraySync(), [[2, 4]]);
          assert.deepEqual(lastRun(), { feeds, fetches: ['scores'] });
        }
      });
    }

    test('fetches by name: one tensor for one, a list for several', () => {
      assert.ok(model.execute(input, 'a:1') instanceof tf.Tensor);
      assert.deepEqual(lastRun().fetches, ['a:1']);
      assert.ok(model.execute(input, ['a']) instanceof tf.Tensor);
      assert.equal(model.execute(input, ['b', 'a']).length, 2);
      assert.deepEqual(lastRun().fetches, ['b', 'a']);
      assert.deepEqual(model.execute(input, []), []);
      assert.throws(() => model.execute(input, [1]), { code: 'E_INPUT' });
    });

    test('calls run() once', () => {
      model.predict(input).dispose();
      assert.equal(core.runs.length, 1);
    });

    for (const [what, inputs, code, message] of [
      ['another rank', () => tf.zeros([2]), 'E_SHAPE', /'image' must have shape \[-1,2\], got \[2\]/],
      ['another size', () => ({ x: tf.zeros([1, 3]) }), 'E_SHAPE', /'x' must have shape \[-1,2\], got \[1,3\]/],
      ['another dtype', () => tf.zeros([1, 2], 'int32'), 'E_DTYPE', /'image' must be float32, got int32/],
      ['no tensor in a list', () => [], 'E_INPUT', /takes 1 inputs \('image' float32\[-1,2\]\), got 0/],
      ['what is no tensor', () => [[1, 2]], 'E_INPUT', /'image' must be a tensor, got Array/],
      ['no tensor in a map', () => ({ image: null }), 'E_INPUT', /'image' must be a tensor, got null/],
      ['nothing', () => undefined, 'E_INPUT', /got undefined/],
      ['a number', () => 3, 'E_INPUT', /got 3/],
    ]) {
      test(`refuses ${what}`, () => {
        const made = inputs();
        const before = tf.memory();
        assert.throws(
          () => model.execute(made),
          (error) => {
            assert.ok(error instanceof tf.TfwasmError, error.stack);
            assert.equal(error.code, code);
            assert.match(error.message, message);
            return true;
          },
        );
        assert.deepEqual(tf.memory(), before);
        assert.equal(core.runs.length, 0);
      });
    }

    test('refuses a disposed tensor', () => {
      input.dispose();
      assert.throws(() => model.predict(input), { code: 'E_DISPOSED', message: /'image' has been disposed/ });
    });

    test('leaves nothing behind when a run or its results fail', () => {
      const before = tf.memory().numTensors;
      core.failNext('run', new WebAssembly.RuntimeError('memory access out of bounds'));
      assert.throws(() => model.execute(input, ['a', 'b']), { code: 'E_INTERNAL' });
      core.failNext('run', new tf.TfwasmError('E_OP', 'bad', { op: 'Conv2D', node: 'n' }));
      assert.throws(() => model.execute(input), { code: 'E_OP', op: 'Conv2D', node: 'n' });
      for (const others of [0, 1]) {
        core.failNext('describeTensor', new Error('broken'), others);
        assert.throws(() => model.execute(input, ['a', 'b']), { code: 'E_INTERNAL', message: /broken/ });
      }
      assert.equal(tf.memory().numTensors, before);
    });

    test('gives its results to tidy', () => {
      const before = tf.memory().numTensors;
      const value = tf.tidy(() => model.predict(input).arraySync());
      assert.deepEqual(value, [[2, 4]]);
      assert.equal(tf.memory().numTensors, before);
    });
  });

  test('describes itself', () => {
    assert.deepEqual(model.inputs, [{ name: 'x', shape: [-1, 2], dtype: 'float32' }]);
    assert.deepEqual(model.outputs, [{ name: 'Identity', shape: undefined, dtype: 'float32' }]);
    assert.deepEqual(model.inputNodes, ['image']);
    assert.deepEqual(model.outputNodes, ['scores']);
    assert.equal(model.modelVersion, '808.12');
  });

  test('a signature among the metadata wins', async () => {
    const newer = { inputs: { b: { name: 'x' } } };
    const other = await load({ signature: { inputs: {} }, userDefinedMetadata: { signature: newer } });
    const [, signature] = core.callsOf('createModel').at(-1);
    assert.deepEqual(JSON.parse(signature), newer);
    assert.deepEqual(other.modelSignature, newer);
    other.dispose();
  });

  test('predict names the outputs of a model that has structured ones', async () => {
    const { signature } = artifacts();
    signature.outputs.more = { name: 'b', tensorShape: { dim: [{ size: '1' }] } };
    const structured = await load({ signature, userDefinedMetadata: { structuredOutputKeys: ['first', '__proto__'] } });
    const results = structured.predict(input);
    assert.deepEqual(Object.keys(results), ['first', '__proto__']);
    assert.ok(Object.values(results).every((tensor) => tensor instanceof tf.Tensor));
    assert.equal(structured.execute(input).length, 2);
    assert.deepEqual(structured.outputs[1], { name: 'b', shape: [1], dtype: undefined });
    structured.dispose();
  });

  test('weights are there by any name, outlive tidy, and go with the model', async () => {
    const before = tf.memory().numTensors;
    const name = '__proto__';
    const graph = new GraphBuilder();
    graph.constant(name, 'float32', [2], [3, 4]);
    const weighted = await tf.loadGraphModel({ load: () => graph.artifacts({}) });
    const [weight] = tf.tidy(() => weighted.weights[name]);
    assert.deepEqual(Object.keys(weighted.weights), [name]);
    assert.equal(weighted.weights[name][0], weight);
    assert.deepEqual(weight.arraySync(), [3, 4]);
    weighted.dispose();
    assert.equal(weight.isDisposed, true);
    assert.equal(tf.memory().numTensors, before);
  });

  test('cannot be used after dispose, which may be called again', async () => {
    model.dispose();
    model.dispose();
    assert.equal(core.models.size, 0);
    for (const call of [
      () => model.predict(input),
      () => model.execute(input),
      () => model.weights,
      () => model.profile(input),
    ]) {
      assert.throws(call, { name: 'TfwasmError', code: 'E_DISPOSED' });
    }
    await assert.rejects(model.executeAsync(input), { code: 'E_DISPOSED' });
  });

  test('the first run notes compiling and packing in the performance timeline, later ones nothing', () => {
    const names = () => performance.getEntriesByType('measure').map(({ name }) => name);
    performance.clearMeasures();
    model.execute(input, 'b:0').dispose();
    const first = names();
    model.execute(input, 'b:0').dispose();
    assert.deepEqual(names(), first);
    assert.deepEqual(first, ['tfwasm: optimize', 'tfwasm: pack']);
  });

  describe('profile', () => {
    /** The executed kernels without their times and totals. Asserts that these are present. */
    const withoutTimes = (kernels) =>
      kernels.map(({ kernelTimeMs, totalBytesSnapshot, totalTensorsSnapshot, ...kernel }) => {
        assert.ok(kernelTimeMs >= 0, `${kernelTimeMs} ms`);
        assert.ok(totalBytesSnapshot >= 16 && totalTensorsSnapshot >= 2, `${totalBytesSnapshot} bytes`);
        return kernel;
      });
    const shapes = { inputShapes: [[1, 2], []], outputShapes: [[1, 2]] };
    const kernel = { name: 'Mul', node: 'double', ...shapes, bytesAdded: 8, tensorsAdded: 1, extraInfo: '' };

    /** Asserts that profiling is off, and that every call that turned it on was matched by one that turned it off. */
    function assertNotProfiling() {
      assert.deepEqual(
        core.callsOf('setProfiling').map(([, enabled]) => enabled),
        core.callsOf('takeProfile').flatMap(() => [true, false]),
      );
      const [handle] = core.models;
      assert.deepEqual(core.module.takeProfile(handle), []);
    }

    test('of a model gives the result and its kernels', () => {
      const { result, kernels } = model.profile(input);
      assert.deepEqual(result.arraySync(), [[2, 4]]);
      assert.deepEqual(withoutTimes(kernels), [kernel]);
      model.predict(input);
      assertNotProfiling();
    });

    test('of a function gives what it executed and what it left', async () => {
      const info = await tf.profile(async () => {
        model.predict(input).dispose();
        return model.predict(input);
      });
      assert.deepEqual(withoutTimes(info.kernels), [kernel, kernel]);
      assert.deepEqual(info.kernelNames, ['Mul']);
      assert.equal(info.newTensors, 1);
      assert.equal(info.newBytes, 8);
      assert.deepEqual(info.result.arraySync(), [[2, 4]]);
      assertNotProfiling();
    });

    test('ends with the function, also when that fails', async () => {
      await assert.rejects(
        tf.profile(() => {
          throw new RangeError('mine');
        }),
        new RangeError('mine'),
      );
      core.failNext('run', new tf.TfwasmError('E_OP', 'bad'));
      await assert.rejects(
        tf.profile(() => model.predict(input)),
        { code: 'E_OP' },
      );
      model.predict(input);
      assertNotProfiling();
      await assert.rejects(tf.profile(), { code: 'E_INPUT' });
    });
  });

  test('what is forgotten is freed', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc');
    // A scope would keep the tensor alive.
    tf.engine().endScope();
    const before = tf.memory().numTensors;
    const models = core.models.size;
    await (async () => {
      tf.tensor([1, 2, 3]);
      await load();
    })();
    for (let i = 0; i < 50 && (tf.memory().numTensors > before || core.models.size > models); ++i) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal(tf.memory().numTensors, before);
    assert.equal(core.models.size, models);
    tf.engine().startScope();
  });
});
