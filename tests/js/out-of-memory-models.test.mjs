// SPDX-License-Identifier: Apache-2.0
// Real models in a heap that cannot grow, with a little more free memory each time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ROOT } from '../../tools/lib/paths.mjs';
import { missing } from '../prerequisites.mjs';

const MODELS = join(ROOT, 'node_modules/@vladmandic/human/models');
/** 32 KB with what an allocation needs itself. */
const PIECE = 8192 - 32;
const LARGEST = 2 ** 20;
const MOST_PIECES = 2000;

/** The maximum heap size. */
let limit = Number.POSITIVE_INFINITY;
const { grow } = WebAssembly.Memory.prototype;

describe('real models when memory is short', { skip: missing('dist', 'models') }, () => {
  let tf;

  before(async () => {
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (this.buffer.byteLength + 65536 * pages > limit) throw new RangeError('WebAssembly.Memory.grow(): failed');
      return grow.call(this, pages);
    };
    tf = await import('../../dist/index.js');
    tf.setWasmVariant('simd');
    await tf.ready();
  });
  after(() => {
    WebAssembly.Memory.prototype.grow = grow;
  });

  const isOutOfMemory = (error) => {
    assert.equal(error.code, 'E_OOM', error.stack);
    return true;
  };

  /** Takes all memory but that of `pieces` tensors of 32 KB, which are apart from each other. Returns what it took. */
  function leaveFree(pieces) {
    limit = Number.POSITIVE_INFINITY;
    const free = Array.from({ length: pieces }, () => tf.zeros([PIECE]));
    limit = tf.memory().heapBytes;
    const taken = [];
    for (let size = LARGEST; size >= 1; size = Math.floor(size / 4)) {
      try {
        for (;;) taken.push(tf.zeros([size]));
      } catch (error) {
        isOutOfMemory(error);
      }
    }
    tf.dispose(free);
    return taken;
  }

  function artifactsOf(name) {
    const { weightsManifest, ...rest } = JSON.parse(readFileSync(join(MODELS, `${name}.json`), 'utf8'));
    const weightData = new Uint8Array(readFileSync(join(MODELS, `${name}.bin`))).buffer;
    return { ...rest, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
  }

  /** Loads and runs the model. */
  function predict(artifacts) {
    const model = tf.loadGraphModelSync(artifacts);
    try {
      return tf.tidy(() => {
        const shape = model.inputs[0].shape.map((size) => Math.max(1, size));
        return [model.predict(tf.ones(shape))].flat().map((result) => [...result.dataSync()]);
      });
    } finally {
      model.dispose();
    }
  }

  for (const name of ['liveness', 'emotion', 'antispoof']) {
    test(`${name}: E_OOM or the right result`, () => {
      const artifacts = artifactsOf(name);
      const expected = predict(artifacts);
      const { numTensors } = tf.memory();
      let refused = 0;
      let done = 0;
      for (let pieces = 0; done < 2 && pieces < MOST_PIECES; pieces = Math.ceil(pieces * 1.2) + 1) {
        const taken = leaveFree(pieces);
        try {
          assert.deepEqual(predict(artifacts), expected, `with ${pieces} pieces`);
          ++done;
        } catch (error) {
          isOutOfMemory(error);
          ++refused;
        }
        tf.dispose(taken);
        assert.equal(tf.memory().numTensors, numTensors, `with ${pieces} pieces`);
      }
      limit = Number.POSITIVE_INFINITY;
      assert.equal(done, 2);
      assert.ok(refused > 5, `memory was short ${refused} times`);
      assert.deepEqual(predict(artifacts), expected);
    });
  }
});
