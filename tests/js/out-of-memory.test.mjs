// SPDX-License-Identifier: Apache-2.0
// A heap that cannot grow, as on phones: calls that need memory must throw E_OOM, and later calls must be correct.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { tinyAnswer, tinyModel } from '../tiny-model.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

const FLOAT32 = 0;
const MB = 2 ** 20;

/** The maximum heap size. */
let limit = Number.POSITIVE_INFINITY;
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + 65536 * pages > limit) throw new RangeError('WebAssembly.Memory.grow(): failed');
  return grow.call(this, pages);
};
after(() => {
  WebAssembly.Memory.prototype.grow = grow;
});

describe('when memory is short', { skip: missing('dist') }, () => {
  let tf;
  let core;

  before(async () => {
    tf = await importSource();
    core = (await startWatchedCore(tf)).module;
  });

  const isOutOfMemory = (error) => {
    assert.equal(error.code, 'E_OOM', error.stack);
    assert.match(error.message, /out of memory/);
    return true;
  };

  /** Fills the heap with uninitialized tensors, the largest first. */
  function takeAll() {
    limit = core.HEAPU8.length + 32 * MB;
    const handles = [];
    for (let size = 8 * MB; size >= 1; size = Math.floor(size / 4)) {
      try {
        for (;;) handles.push(core.createTensor(FLOAT32, 1, size));
      } catch (error) {
        isOutOfMemory(error);
      }
    }
    return handles;
  }

  function giveBack(handles) {
    limit = Number.POSITIVE_INFINITY;
    for (const handle of handles) core.disposeTensor(handle);
  }

  /** tinyModel(), with thousands of extra nodes if large, which make its topology a long text. */
  function artifacts(isLarge) {
    const { modelTopology, weightsManifest } = tinyModel();
    const rest = Array.from({ length: isLarge ? 5000 : 0 }, (_, index) => ({
      name: `unused/node/with/a/long/name/${index}`,
      op: 'Identity',
      input: ['y'],
    }));
    const weightSpecs = weightsManifest[0].weights;
    const weightData = Float32Array.from([1, 2, -3, 4, 5, -6, 0.5, -20, 100]).buffer;
    const topology = { ...modelTopology, node: [...modelTopology.node, ...rest] };
    return { format: 'graph-model', modelTopology: topology, weightSpecs, weightData };
  }

  const load = (isLarge) => tf.loadGraphModel({ load: async () => artifacts(isLarge) });

  function checkAnswer(model) {
    const answer = tf.tidy(() => model.execute(tf.tensor([[3, 4]]), 'y').dataSync());
    assert.deepEqual([...answer], tinyAnswer([3, 4]));
  }

  /** Saves a model and returns the bytes of its weights. */
  async function saved(model) {
    let bytes;
    await model.save({
      save: async ({ weightData }) => {
        bytes = [weightData].flat().map((part) => [...new Uint8Array(part)]);
        return {};
      },
    });
    return bytes;
  }

  test('every call ends with E_OOM, or is right', async () => {
    const model = await load();
    checkAnswer(model);
    const weights = await saved(model);
    const strings = tf.tensor(['a'.repeat(100), 'b']);
    const numbers = tf.tensor([1, 2, 3, 4]);
    const counts = tf.memory();
    const handles = takeAll();
    const calls = {
      'reading a long topology': async () => (await load(true)).dispose(),
      'loading a small model': async () => {
        const other = await load();
        checkAnswer(other);
        other.dispose();
      },
      'running a model': () => checkAnswer(model),
      'running it for another shape': () =>
        tf.tidy(() => assert.equal(model.predict(tf.zeros([100, 2])).shape[0], 100)),
      'saving a model': async () => assert.deepEqual(await saved(model), weights),
      'an op': () => assert.deepEqual([...tf.tidy(() => numbers.mul(2).dataSync())], [2, 4, 6, 8]),
      'an op with a large result': () => tf.tidy(() => assert.equal(tf.zeros([1000, 1000]).size, 1e6)),
      'an op with many results': () => tf.tidy(() => assert.equal(numbers.split(4).length, 4)),
      views: () => tf.tidy(() => assert.deepEqual(numbers.reshape([2, 2]).clone().shape, [2, 2])),
      'a new tensor': () => tf.tidy(() => assert.deepEqual([...tf.tensor([1, 2]).dataSync()], [1, 2])),
      'a new tensor of strings': () =>
        tf.tidy(() => assert.equal(tf.tensor(['x'.repeat(100000)]).dataSync()[0].length, 100000)),
      'strings that are read': () => assert.equal(strings.dataSync()[0].length, 100),
      'what is wrong': () => assert.throws(() => tf.reshape(numbers, [3]), { code: 'E_SHAPE' }),
    };
    let refused = 0;
    for (const [what, call] of Object.entries(calls)) {
      await assert.doesNotReject(async () => {
        try {
          await call();
        } catch (error) {
          isOutOfMemory(error);
          ++refused;
        }
      }, what);
      assert.equal(tf.memory().numTensors, counts.numTensors + handles.length, what);
    }
    assert.ok(refused > 3, `only ${refused} calls found no memory`);
    giveBack(handles);

    assert.deepEqual({ ...tf.memory(), heapBytes: 0 }, { ...counts, heapBytes: 0 });
    for (const [what, call] of Object.entries(calls)) {
      await call();
      assert.equal(tf.memory().numTensors, counts.numTensors, what);
    }
    model.dispose();
    tf.dispose([strings, numbers]);
    assert.equal(tf.memory().numTensors, 0);
  });

  // With each step, more allocations succeed before one fails.
  test('loading, running and saving, with little more memory each time', async () => {
    // Creates what persists, such as working memory.
    const first = await load(true);
    checkAnswer(first);
    await saved(first);
    first.dispose();
    const handles = takeAll();
    const outcomes = [];
    let hole = 8 * MB; // elements of the tensor that makes room
    for (let bytes = 64; bytes < 16 * MB; bytes = Math.ceil(bytes * 1.25)) {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      // Frees one tensor, then takes up part of its memory again.
      let isRefused = false;
      core.disposeTensor(handles.shift());
      const others = [];
      try {
        others.push(core.createTensor(FLOAT32, 1, hole - 64 - Math.ceil(bytes / 4)));
        const model = await load(bytes > 65536);
        others.push(() => model.dispose());
        checkAnswer(model);
        await saved(model);
      } catch (error) {
        isOutOfMemory(error);
        isRefused = true;
      }
      for (const other of others) typeof other === 'number' ? core.disposeTensor(other) : other();
      outcomes.push(isRefused);
      const now = tf.memory();
      assert.deepEqual(
        [now.numTensors, now.numDataBuffers, now.numBytes],
        [numTensors - 1, numDataBuffers - 1, numBytes - 4 * hole],
        `with ${bytes} bytes`,
      );
      // The hole may now contain working memory that the core freed and allocated again.
      for (let isFilled = false; !isFilled; hole -= isFilled ? 0 : 1024) {
        try {
          handles.unshift(core.createTensor(FLOAT32, 1, hole));
          isFilled = true;
        } catch (error) {
          isOutOfMemory(error);
          assert.ok(hole > 7 * MB, `with ${bytes} bytes: memory is lost`);
        }
      }
    }
    assert.ok(outcomes.includes(true), 'memory was never short');
    assert.ok(!outcomes.at(-1), 'memory was never enough');
    giveBack(handles);
    const model = await load(true);
    checkAnswer(model);
    model.dispose();
    assert.equal(tf.memory().numTensors, 0);
  });
});
