// SPDX-License-Identifier: Apache-2.0
// Every method of a Dataset gives the elements, the size and the errors that TensorFlow.js gives. Where tfwasm differs,
// a case has what it gives instead (docs/data.md lists why).
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { loadTfjs, loadTfwasm, outcome, plain } from './libraries.mjs';

const count = (n) => Array.from({ length: n }, (_, i) => i);
const numbers = ({ data }, n) => data.array(count(n));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const unlimited = Number.POSITIVE_INFINITY;

/** [title, dataset of a library, what tfwasm gives if it differs]. */
const CASES = [
  // Creation.
  ['array of numbers', (lib) => numbers(lib, 3)],
  ['array of nothing', ({ data }) => data.array([])],
  ['array of a string', ({ data }) => data.array('abc')],
  ['array of a typed array', ({ data }) => data.array(new Float32Array([1, 2]))],
  ['array of tensors', ({ data, tf }) => data.array([tf.tensor1d([1, 2]), tf.tensor1d([3])])],
  ['array of structures', ({ data, tf }) => data.array([{ a: [tf.scalar(1), { b: 'x' }], c: true }])],
  ['array of typed arrays', ({ data }) => data.array([new Float32Array(2), new Int32Array([5])])],
  ['generator', ({ data }) => data.generator(() => count(4)[Symbol.iterator]())],
  ['generator: a promise', ({ data }) => data.generator(async () => count(4)[Symbol.iterator]())],
  [
    'generator: a generator function',
    ({ data }) =>
      data.generator(function* () {
        yield 1;
        yield 2;
        return 3;
      }),
  ],
  [
    'generator: an asynchronous one',
    ({ data }) =>
      data.generator(async function* () {
        yield 1;
        await null;
        yield 2;
      }),
  ],
  ['generator: a list', ({ data }) => data.generator(() => [1, 2]), { size: null, elements: [1, 2] }],
  [
    'func',
    ({ data }) => {
      let i = 0;
      return data.func(() => (i < 3 ? { value: i++, done: false } : { value: null, done: true }));
    },
  ],
  [
    'func: promises',
    ({ data }) => {
      let i = 0;
      return data.func(async () => ({ value: i, done: i++ === 3 }));
    },
  ],
  // zip.
  ['zip of a list', (lib) => lib.data.zip([numbers(lib, 2), numbers(lib, 3)])],
  [
    'zip of an object',
    (lib) => lib.data.zip({ a: numbers(lib, 3), b: [numbers(lib, 4), { c: numbers(lib, 2) }] }),
    {
      size: 2,
      elements: [
        { a: 0, b: [0, { c: 0 }] },
        { a: 1, b: [1, { c: 1 }] },
      ],
    },
  ],
  [
    'zip with an unknown size',
    (lib) => lib.data.zip([numbers(lib, 2), lib.data.generator(() => [7][Symbol.iterator]())]),
    { size: null, elements: [[0, 7]] },
  ],
  ['zip of nothing', ({ data }) => data.zip([]), { size: 0, elements: [] }],
  ['zip of a dataset', (lib) => lib.data.zip(numbers(lib, 2)), { size: 2, elements: [0, 1] }],
  ['zip of a number', ({ data }) => data.zip(5)],
  ['zip of null', ({ data }) => data.zip(null)],
  ['zip with a number', (lib) => lib.data.zip([numbers(lib, 2), 5])],
  ['zip with an error', (lib) => lib.data.zip([numbers(lib, 2), numbers(lib, 2).map(fail)])],
  // Methods.
  ['map', (lib) => numbers(lib, 3).map((x) => x * x)],
  ['map to tensors', (lib) => numbers(lib, 3).map((x) => lib.tf.add(lib.tf.tensor1d([x, x]), 1))],
  ['map with an error', (lib) => numbers(lib, 3).map(fail)],
  ['mapAsync', (lib) => numbers(lib, 3).mapAsync((x) => sleep(3 - x).then(() => x * x))],
  ['mapAsync with an error', (lib) => numbers(lib, 3).mapAsync(async (x) => fail(x))],
  ['filter', (lib) => numbers(lib, 5).filter((x) => x % 2 === 1)],
  ['filter of everything', (lib) => numbers(lib, 5).filter(() => false)],
  ['filter with an error', (lib) => numbers(lib, 5).filter(fail)],
  [
    'filter with promises',
    (lib) => (lib.data.zip ? numbers(lib, 5).filter(async (x) => x % 2 === 1) : undefined),
    { size: null, elements: [1, 3] },
  ],
  ['take', (lib) => numbers(lib, 5).take(2)],
  ['take 0', (lib) => numbers(lib, 5).take(0)],
  ['take more', (lib) => numbers(lib, 5).take(9)],
  ['take -1', (lib) => numbers(lib, 2).take(-1), { size: 2, elements: [0, 1] }],
  ['take undefined', (lib) => numbers(lib, 2).take(), { size: 2, elements: [0, 1] }],
  ['skip', (lib) => numbers(lib, 5).skip(2)],
  ['skip 0', (lib) => numbers(lib, 5).skip(0)],
  ['skip more', (lib) => numbers(lib, 5).skip(9)],
  ['skip -1', (lib) => numbers(lib, 2).skip(-1), { size: 2, elements: [0, 1] }],
  ['skip undefined', (lib) => numbers(lib, 2).skip(), { size: 2, elements: [0, 1] }],
  ['repeat', (lib) => numbers(lib, 2).repeat(3)],
  ['repeat 0', (lib) => numbers(lib, 2).repeat(0)],
  ['repeat forever', (lib) => numbers(lib, 2).repeat().take(5)],
  ['repeat -1', (lib) => numbers(lib, 2).repeat(-1).take(3)],
  ['repeat forever to an array', (lib) => numbers(lib, 2).repeat()],
  ['concatenate', (lib) => numbers(lib, 2).concatenate(numbers(lib, 3))],
  ['concatenate with an unknown size', (lib) => numbers(lib, 2).concatenate(numbers(lib, 3).filter(() => true))],
  ['prefetch', (lib) => numbers(lib, 5).prefetch(3)],
  ['prefetch more', (lib) => numbers(lib, 5).prefetch(100)],
  ['prefetch undefined', (lib) => numbers(lib, 5).prefetch()],
  ['prefetch 0', (lib) => numbers(lib, 5).prefetch(0), { error: 'bufferSize has to be a positive integer, got 0' }],
  ['shuffle undefined', (lib) => numbers(lib, 5).shuffle()],
  ['shuffle -1', (lib) => numbers(lib, 5).shuffle(-1)],
  ['shuffle of an unknown size', (lib) => numbers(lib, 5).filter(Boolean).shuffle()],
  ['shuffle 0', (lib) => numbers(lib, 5).shuffle(0), { error: 'bufferSize has to be a positive integer, got 0' }],
  ...[1, 2, 4, 10, 11, 100].map((size) => [`shuffle ${size}`, (lib) => numbers(lib, 10).shuffle(size, 'seed')]),
  ['shuffle with a number as seed', (lib) => numbers(lib, 10).shuffle(4, 42)],
  ['shuffle with an empty seed', (lib) => numbers(lib, 1).shuffle(4, '')],
  ['shuffle without reshuffling', (lib) => numbers(lib, 10).shuffle(4, 'seed', false)],
  ['shuffle of many', (lib) => numbers(lib, 1000).shuffle(300, 'another')],
  ['shuffle and repeat', (lib) => numbers(lib, 5).shuffle(3, 'seed').repeat(3)],
  [
    'shuffle of 300 promises',
    (lib) =>
      numbers(lib, 700)
        .mapAsync(async (x) => x)
        .shuffle(600, 'seed'),
  ],
  // batch.
  ['batch', (lib) => numbers(lib, 5).batch(2)],
  ['batch without the last', (lib) => numbers(lib, 5).batch(2, false)],
  ['batch larger than the dataset', (lib) => numbers(lib, 3).batch(8)],
  ['batch larger than the dataset, without it', (lib) => numbers(lib, 3).batch(8, false)],
  [
    'batch of an unknown size',
    (lib) =>
      numbers(lib, 3)
        .filter(() => true)
        .batch(2),
  ],
  ['batch of an infinite one', (lib) => numbers(lib, 3).repeat().batch(2).take(2)],
  ['batch of strings', ({ data }) => data.array(['a', 'b']).batch(2)],
  ['batch of booleans', ({ data }) => data.array([true, false]).batch(2)],
  [
    'batch of lists',
    ({ data }) =>
      data
        .array([
          [1, 2],
          [3, 4],
          [5, 6],
        ])
        .batch(2),
  ],
  [
    'batch of nested lists',
    ({ data }) =>
      data
        .array([
          [[1], [2]],
          [[3], [4]],
        ])
        .batch(2),
  ],
  ['batch of typed arrays', ({ data }) => data.array([new Float32Array([1, 2]), new Float32Array(2)]).batch(2)],
  ['batch of int32 arrays', ({ data }) => data.array([new Int32Array([1, 2]), new Int32Array(2)]).batch(2)],
  ['batch of tensors', ({ data, tf }) => data.array([tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]).batch(2)],
  ['batch of int32 scalars', ({ data, tf }) => data.array([tf.scalar(1, 'int32'), tf.scalar(2, 'int32')]).batch(2)],
  [
    'batch of structures',
    ({ data, tf }) =>
      data
        .array([
          { a: { b: [1, 2], c: 'x' }, d: tf.scalar(5), e: true },
          { a: { b: [3, 4], c: 'y' }, d: tf.scalar(6), e: false },
        ])
        .batch(2),
  ],
  ['batch of instances', ({ data }) => data.generator(() => [new Point(1), new Point(2)][Symbol.iterator]()).batch(2)],
  ['batch of missing numbers', ({ data }) => sparse(data, [{ a: 1 }, {}]).batch(2)],
  ['batch of missing first numbers', ({ data }) => sparse(data, [{ a: undefined }, { a: 1 }]).batch(2)],
  ['batch of missing strings', ({ data }) => sparse(data, [{ a: 'x' }, {}]).batch(2)],
  [
    'batch of missing first strings',
    ({ data }) => sparse(data, [{ a: undefined }, { a: 'x' }]).batch(2),
    { size: null, elements: [{ a: { dtype: 'string', shape: [2], values: ['', 'x'] } }] },
  ],
  ['batch of null', ({ data }) => data.array([null, 1]).batch(2)],
  [
    'batch of lists of several lengths',
    ({ data }) => data.array([[1], [1, 2]]).batch(2),
    { error: 'tensor(): Element arr[1] should have 1 elements, but has 2 elements' },
  ],
  [
    'batch of tensors of several shapes',
    ({ data, tf }) => data.array([{ x: tf.tensor1d([1]) }, { x: tf.tensor1d([1, 2]) }]).batch(2),
    { error: 'batch(), column "x": stack(): [Pack] all inputs must have one shape, got [1] and [2] (input 1)' },
  ],
  [
    'batch of numbers and strings',
    ({ data }) => data.array([{ x: 1 }, { x: 'a' }]).batch(2),
    { error: 'batch(), column "x": tensor(): a float32 tensor takes numbers or booleans, got "a"' },
  ],
  [
    'batch of tensors and numbers',
    ({ data, tf }) => data.array([{ x: tf.scalar(1) }, { x: {} }]).batch(2),
    { error: /column "x": .*'Object'/ },
  ],
  [
    'batch of functions',
    ({ data }) => data.array([() => 1]).batch(2),
    { error: 'batches cannot have values of class Function' },
  ],
  ['batch 0', (lib) => numbers(lib, 3).batch(0), { error: /batchSize needs to be positive, but it is 0/ }],
  [
    'batch undefined',
    (lib) => numbers(lib, 3).batch(),
    { error: /batchSize needs to be positive, but it is undefined/ },
  ],
  ['batch 1.5', (lib) => numbers(lib, 3).batch(1.5), { error: /integer/ }],
  // Chains.
  ['map, batch, shuffle, repeat', (lib) => chainOf(lib)],
];

class Point {
  constructor(x) {
    this.x = x;
  }
}

function fail() {
  throw new Error('wrong element');
}

/** A dataset that does not change missing values, as array() of TensorFlow.js does. */
const sparse = (data, elements) => data.generator(() => elements[Symbol.iterator]());

const chainOf = (lib) =>
  numbers(lib, 20)
    .map((x) => ({ x, y: [x, x + 1] }))
    .filter(({ x }) => x % 3 !== 0)
    .shuffle(5, 'seed')
    .batch(4)
    .repeat(2)
    .prefetch(2);

async function read(lib, make) {
  const silent = console.error;
  // Of TensorFlow.js, for promises in filter().
  console.error = () => {};
  try {
    return await outcome(async () => {
      const dataset = await make(lib);
      const elements = await dataset.toArray();
      return { size: dataset.size, elements: elements.map((element) => plain(element, lib)) };
    });
  } finally {
    console.error = silent;
  }
}

describe('datasets', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () => {
  let ours;
  let theirs;

  before(async () => {
    ours = await loadTfwasm();
    theirs = loadTfjs();
  });

  for (const [title, make, expected] of CASES) {
    test(title, async () => {
      const before = ours.tf.memory().numTensors;
      const actual = await read(ours, make);
      if (expected?.error instanceof RegExp) assert.match(actual.error, expected.error);
      else assert.deepEqual(actual, expected ?? (await read(theirs, make)));
      // Some cases keep the tensors that they were made of.
      if (!make.toString().includes('tf.')) assert.equal(ours.tf.memory().numTensors, before);
    });
  }

  test('what is different is different', async () => {
    for (const [title, make, expected] of CASES) {
      if (!expected || title === 'batch of functions' || title === 'generator: a list') continue;
      assert.notDeepEqual(await read(theirs, make), expected, title);
    }
  });

  test('the same names as in TensorFlow.js', () => {
    assert.deepEqual(Object.keys(ours.data).sort(), Object.keys(theirs.data).sort());
    assert.equal(ours.data.version_data, theirs.data.version_data);
    const methods = ({ data }) => Object.getOwnPropertyNames(data.Dataset.prototype);
    const missingMethods = methods(theirs).filter((name) => !methods(ours).includes(name));
    assert.deepEqual(missingMethods, []);
    assert.equal(ours.data.Dataset.MAX_BUFFER_SIZE, theirs.data.Dataset.MAX_BUFFER_SIZE);
  });

  test('shuffle: each reading has another order, or the same; the first one is that of TensorFlow.js', async () => {
    const orders = (lib, ...args) => {
      const dataset = numbers(lib, 10).shuffle(4, ...args);
      return Promise.all([dataset.toArray(), dataset.toArray()]);
    };
    assert.deepEqual(await orders(ours, 'seed'), await orders(theirs, 'seed'));
    const [first, second] = await orders(ours, 'seed', false);
    assert.deepEqual(first, second);
    const [unseeded] = await orders(ours);
    assert.deepEqual(unseeded.toSorted(), count(10));
  });

  test('shuffle: a window much larger than the dataset', { timeout: 20_000 }, async () => {
    const elements = await numbers(ours, 1000)
      .shuffle(2 ** 40, 'seed')
      .toArray();
    assert.notDeepEqual(elements, count(1000));
    assert.deepEqual(
      elements.sort((a, b) => a - b),
      count(1000),
    );
    assert.deepEqual(
      await numbers(ours, 1000)
        .prefetch(2 ** 40)
        .toArray(),
      count(1000),
    );
  });

  test('sizes of datasets without an end', () => {
    const endless = numbers(ours, 2).repeat();
    for (const dataset of [endless, endless.batch(2), endless.map(Number), endless.filter(Boolean), endless.skip(3)]) {
      assert.equal(dataset.size, unlimited);
    }
    assert.equal(endless.take(3).size, 3);
    assert.equal(endless.concatenate(numbers(ours, 2)).size, unlimited);
    assert.equal(numbers(ours, 0).repeat().size, 0);
  });

  test('repeat forever of an empty dataset ends', { timeout: 10_000 }, async () => {
    const empty = numbers(ours, 3).filter(() => false);
    assert.deepEqual(await empty.repeat().take(3).toArray(), []);
  });

  test('items are copied for each reading', async () => {
    const dataset = ours.data.array([{ x: [1] }]).map((element) => {
      element.x[0] += 1;
      return element;
    });
    for (let i = 0; i < 2; ++i) assert.deepEqual(await dataset.toArray(), [{ x: [2] }]);
  });

  test('objects of a class are passed on as they are', async () => {
    const blob = new Blob(['x']);
    assert.equal((await ours.data.array([blob]).toArray())[0], blob);
  });

  test('datasets that a program defines', async () => {
    class Two extends ours.data.Dataset {
      size = 2;
      async iterator() {
        return [1, 2][Symbol.iterator]();
      }
    }
    assert.deepEqual(await new Two().map((x) => x + 1).toArray(), [2, 3]);
    assert.equal(new Two().repeat(2).size, 4);
    assert.deepEqual(await new Two().concatenate(new Two()).toArray(), [1, 2, 1, 2]);
  });

  for (const [title, call] of [
    ['array(5)', ({ array }) => array(5)],
    ['array(null)', ({ array }) => array(null)],
    ['generator(5)', ({ generator }) => generator(5)],
    ['generator of 5', ({ generator }) => generator(() => 5).toArray()],
    ['func(5)', ({ func }) => func(5)],
    ['func of 5', ({ func }) => func(() => 5).toArray()],
    ['map(5)', ({ array }) => array([1]).map(5)],
    ['map(null)', ({ array }) => array([1]).map(null)],
    ['mapAsync()', ({ array }) => array([1]).mapAsync()],
    ['filter()', ({ array }) => array([1]).filter()],
    ['forEachAsync()', ({ array }) => array([1]).forEachAsync()],
    ['concatenate(5)', ({ array }) => array([1]).concatenate(5)],
    ['take(1.5)', ({ array }) => array([1]).take(1.5)],
    ['skip("x")', ({ array }) => array([1]).skip('x')],
    ['repeat(NaN)', ({ array }) => array([1]).repeat(Number.NaN)],
    ['shuffle("x")', ({ array }) => array([1]).shuffle('x')],
    [
      'no iterator',
      ({ Dataset }) =>
        new (class extends Dataset {
          async iterator() {}
        })().toArray(),
    ],
    [
      'a circle',
      ({ array }) => {
        const circle = [];
        circle.push(circle);
        return array([circle]).toArray();
      },
    ],
    [
      'a circle of datasets',
      ({ zip }) => {
        const circle = [];
        circle.push(circle);
        return zip(circle);
      },
    ],
  ]) {
    test(`${title} is refused`, async () => {
      await assert.rejects(
        async () => call(ours.data),
        (error) => error.name === 'TfwasmError' && /^E_(INPUT|LIMIT)$/.test(error.code),
      );
    });
  }
});
