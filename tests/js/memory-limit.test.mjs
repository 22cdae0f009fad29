// SPDX-License-Identifier: Apache-2.0
// Memory near the 4 GB limit of the address space. Tensors have 4 GB in total, but the tests touch few of their pages,
// so they need little physical memory.
import assert from 'node:assert/strict';
import { afterEach, before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { importSource } from './source.mjs';
import { startWatchedCore } from './watched-core.mjs';

const BOOL = 2;
const MB = 2 ** 20;
const GB = 2 ** 30;

describe('near 4 GB', { skip: missing('dist') }, () => {
  let tf;
  let core;
  let nextId = 1;
  /** Handles of blocks that are not freed. */
  const held = new Set();

  before(async () => {
    tf = await importSource();
    core = (await startWatchedCore(tf)).module;
  });
  afterEach(() => {
    for (const handle of held) core.disposeTensor(handle);
    held.clear();
    assert.equal(tf.memory().numTensors, 0);
  });

  const isOutOfMemory = (error) => {
    assert.equal(error.code, 'E_OOM', error.stack);
    return true;
  };

  /** Allocates an uninitialized tensor and marks both ends; undefined if there is no memory. */
  function take(bytes) {
    let handle;
    try {
      handle = core.createTensor(BOOL, 1, bytes);
    } catch (error) {
      isOutOfMemory(error);
      return undefined;
    }
    held.add(handle);
    const block = { handle, address: core.tensorAddress(handle), bytes, id: nextId++ };
    for (const view of marks(block)) view.set([block.id, block.id >> 8, block.id >> 16].slice(0, view.length));
    return block;
  }

  function marks({ address, bytes }) {
    const length = Math.min(3, bytes);
    return [address, address + bytes - length].map((start) => core.HEAPU8.subarray(start, start + length));
  }

  function check(block) {
    const [first, last] = marks(block);
    for (const view of block.bytes < 6 ? [last] : [first, last]) {
      const expected = [block.id & 255, (block.id >> 8) & 255, (block.id >> 16) & 255].slice(0, view.length);
      assert.deepEqual([...view], expected, `tensor ${block.id} of ${block.bytes} bytes at ${block.address}`);
    }
  }

  function free(block) {
    check(block);
    core.disposeTensor(block.handle);
    held.delete(block.handle);
  }

  /** Asserts that blocks do not overlap and are inside of the heap. */
  function checkPlaces(blocks) {
    let end = 0;
    for (const { address, bytes } of [...blocks].sort((a, b) => a.address - b.address)) {
      assert.ok(address >= end, `a tensor at ${address} begins in another, which ends at ${end}`);
      end = address + bytes;
    }
    assert.ok(end <= core.HEAPU8.length);
  }

  function fill(bytes) {
    const blocks = [];
    for (let block = take(bytes); block; block = take(bytes)) blocks.push(block);
    return blocks;
  }

  // The next two tests must be the first: nothing permanent may be in the upper part of the heap yet.
  test('2 GB and almost 2 GB more, but not 2 GB', () => {
    const large = take(2 * GB);
    assert.equal(take(2 * GB), undefined);
    assert.equal(take(2150 * MB), undefined);
    const other = take(2000 * MB);
    checkPlaces([large, other]);
    free(large);
    free(other);
  });

  test('a hole that is too small', () => {
    const [a, b, c] = [take(2 * GB), take(64 * MB), take(16)];
    free(b);
    assert.equal(take(2 * GB + 2 ** 18), undefined);
    free(a);
    free(c);
  });

  test('memory is not given out twice', () => {
    const blocks = fill(64 * MB);
    assert.equal(blocks.length, 63);
    checkPlaces(blocks);
    const kept = blocks.filter((block, index) => index % 2 === 1 || free(block));
    assert.equal(take(200 * MB), undefined);
    // Freed memory can be allocated again.
    const again = fill(64 * MB);
    assert.equal(again.length, 32);
    checkPlaces([...kept, ...again]);
    for (const block of [...kept, ...again]) free(block);
  });

  test('random sizes up to 2 GB', () => {
    const values = tf.tensor([1, 2, 3]);
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed / 2 ** 32;
    };
    const blocks = [];
    let refused = 0;
    for (let round = 0; round < 4000; ++round) {
      // Alternates between almost empty and almost full.
      const isFilling = round % 200 < 120;
      if (blocks.length === 0 || random() < (isFilling ? 0.8 : 0.2)) {
        const block = take(Math.floor(2 ** (31 * random() ** 0.5)));
        if (block) blocks.push(block);
        else ++refused;
      } else {
        free(blocks.splice(Math.floor(random() * blocks.length), 1)[0]);
      }
      if (round % 50 > 0) continue;
      checkPlaces(blocks);
      blocks.forEach(check);
      const { numTensors, numBytes } = tf.memory();
      assert.equal(numTensors, blocks.length + 1);
      assert.equal(numBytes, 12 + blocks.reduce((sum, { bytes }) => sum + bytes, 0));
      assert.deepEqual([...tf.tidy(() => values.mul(2).dataSync())], [2, 4, 6]);
    }
    assert.ok(refused > 100, `only ${refused} tensors were refused`);
    blocks.forEach(free);
    values.dispose();
    // Little fragmentation remains: the first test got 63.
    const all = fill(64 * MB);
    assert.ok(all.length >= 60, `${all.length} tensors of 64 MB`);
    all.forEach(free);
  });

  for (const [what, bytes] of [
    ['the address space', 2 ** 32 - 1],
    ['the address space, less some pages', 4 * 1073737306],
    ['the largest heap', 2 ** 32 - 2 ** 16],
  ]) {
    test(`as many bytes as ${what}`, () => {
      const other = take(16);
      assert.equal(take(bytes), undefined);
      assert.throws(() => tf.zeros([Math.floor(bytes / 4)]), isOutOfMemory);
      assert.throws(() => tf.ones([Math.floor(bytes / 4)]), isOutOfMemory);
      free(other);
    });
  }

  test('weights of almost 4 GB overwrite nothing', () => {
    for (const [elements, quantization] of [
      [1073737306, undefined],
      [3 * 2 ** 30, { dtype: 'uint8', scale: 1, min: 0 }],
      [3 * 2 ** 28, undefined],
    ]) {
      const blocks = [take(8 * MB), take(GB), take(64)];
      const specs = [{ name: 'w', shape: [elements], dtype: 'float32', quantization }];
      const decoder = core.createWeightDecoder(JSON.stringify(specs));
      assert.throws(() => core.weightTargetBytes(decoder), isOutOfMemory);
      assert.throws(() => core.weightTargetAddress(decoder), isOutOfMemory);
      core.disposeWeightDecoder(decoder);
      checkPlaces(blocks);
      blocks.forEach(free);
    }
  });

  // Sizes of working memory that exceed 32 bits, with small low 32 bits.
  for (const [what, run] of [
    [
      'each channel repeated 1024 times',
      () => tf.depthwiseConv2d(tf.zeros([1, 2048, 2048, 1]), tf.zeros([1, 1, 1, 1024]), 128, 'valid'),
    ],
    [
      'a convolution with a large window',
      () => tf.conv2d(tf.zeros([1, 1200, 1200, 1]), tf.zeros([31, 31, 1, 8]), 1, 'same'),
    ],
    [
      'as large a window for each channel',
      () => tf.depthwiseConv2d(tf.zeros([1, 2300, 2300, 1]), tf.zeros([15, 15, 1, 1]), 1, 'same'),
    ],
    [
      'a transposed convolution with a large window',
      () => tf.conv2dTranspose(tf.zeros([1, 600, 600, 1]), tf.zeros([32, 32, 4, 1]), [1, 1200, 1200, 4], 2, 'same'),
    ],
    [
      'a transposed convolution with a large stride',
      () => tf.conv2dTranspose(tf.zeros([1, 64, 1, 1]), tf.zeros([1, 4096, 1, 1]), [1, 64, 1, 1], [1, 4096], 'same'),
    ],
    ['an image made very large', () => tf.image.resizeBilinear(tf.zeros([1, 2, 2, 1]), [14000, 14000])],
  ]) {
    test(`${what}: right or refused, and nothing else is overwritten`, () => {
      const blocks = [take(64), take(MB)];
      tf.tidy(() => {
        try {
          const result = run();
          assert.equal(tf.max(tf.abs(result)).dataSync()[0], 0);
        } catch (error) {
          assert.match(error.code, /^E_(OOM|LIMIT)$/, error.stack);
        }
      });
      const after = take(64);
      checkPlaces([...blocks, after]);
      [...blocks, after].forEach(free);
      assert.deepEqual([...tf.tidy(() => tf.add([1, 2], 1).dataSync())], [2, 3]);
    });
  }
});
