// SPDX-License-Identifier: Apache-2.0
// The methods of iterators, compared with TensorFlow.js; order, overlap, errors and early ends.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { loadTfjs, loadTfwasm, outcome } from './libraries.mjs';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first n numbers, from 1. */
const first = ({ data }, n) => data.array(Array.from({ length: n }, (_, i) => i + 1)).iterator();

/** Fails once, at the third element. */
const failing = ({ data }) => {
  let calls = 0;
  const next = () => {
    if (++calls === 3) throw new Error('the third');
    return calls > 5 ? { value: null, done: true } : { value: calls, done: false };
  };
  return data.generator(() => ({ next })).iterator();
};

const rows = ({ data }) =>
  data
    .array([
      { a: 1, b: [1] },
      { a: 2, b: [2] },
      { a: 3, b: [3] },
    ])
    .iterator();

/** [title, what a library does]. */
const CASES = [
  [
    'next() after the end',
    async (lib) => {
      const iterator = await first(lib, 1);
      return [await iterator.next(), await iterator.next(), await iterator.next()];
    },
  ],
  [
    'calls of next() at once',
    async (lib) => {
      const iterator = await first(lib, 3);
      return Promise.all([1, 2, 3, 4].map(() => iterator.next()));
    },
  ],
  ['toArray', async (lib) => (await first(lib, 3)).toArray()],
  ['toArrayForTest', async (lib) => (await first(lib, 3)).toArrayForTest()],
  ['map', async (lib) => (await first(lib, 3)).map((x) => x * 2).toArray()],
  ['mapAsync', async (lib) => (await first(lib, 3)).mapAsync(async (x) => x * 2).toArray()],
  ['serialMapAsync', async (lib) => (await first(lib, 3)).serialMapAsync(async (x) => x * 2).toArray()],
  ['filter', async (lib) => (await first(lib, 4)).filter((x) => x % 2 === 0).toArray()],
  ['flatmap', async (lib) => (await first(lib, 3)).flatmap((x) => (x === 2 ? [] : [x, 10 * x])).toArray()],
  ['take', async (lib) => (await first(lib, 3)).take(2).toArray()],
  [
    'take: the rest can be read',
    async (lib) => {
      const iterator = await first(lib, 4);
      return [await iterator.take(2).toArray(), await iterator.toArray()];
    },
  ],
  ['take undefined', async (lib) => (await first(lib, 3)).take().toArray()],
  ['skip', async (lib) => (await first(lib, 3)).skip(2).toArray()],
  ['skip more', async (lib) => (await first(lib, 3)).skip(5).toArray()],
  ['skip undefined', async (lib) => (await first(lib, 3)).skip().toArray()],
  ['concatenate', async (lib) => (await first(lib, 2)).concatenate(await first(lib, 3)).toArray()],
  ['rowMajorBatch', async (lib) => (await first(lib, 3)).rowMajorBatch(2).toArray()],
  ['rowMajorBatch without the last', async (lib) => (await first(lib, 3)).rowMajorBatch(2, false).toArray()],
  ['columnMajorBatch', async (lib) => (await rows(lib)).columnMajorBatch(2).toArray()],
  ['columnMajorBatch without the last', async (lib) => (await rows(lib)).columnMajorBatch(2, false).toArray()],
  [
    'columnMajorBatch with a function',
    async (lib) => {
      const lengths = (values) => ({ value: values.length, recurse: false });
      const deeper = { value: null, recurse: true };
      const zipFn = (values) => (Array.isArray(values[0]) || typeof values[0] !== 'object' ? lengths(values) : deeper);
      return (await rows(lib)).columnMajorBatch(2, true, zipFn).toArray();
    },
  ],
  ['prefetch', async (lib) => (await first(lib, 9)).prefetch(4).toArray()],
  ['shuffle', async (lib) => (await first(lib, 9)).shuffle(4, 'seed').toArray()],
  ['serial', async (lib) => (await first(lib, 3)).serial().toArray()],
  [
    'resolveFully',
    async (lib) => {
      const seen = [];
      const iterator = (await first(lib, 3)).map((x) => seen.push(x));
      await iterator.resolveFully();
      return [seen, await iterator.next()];
    },
  ],
  [
    'resolveWhile',
    async (lib) => {
      const iterator = await first(lib, 4);
      await iterator.resolveWhile((x) => x < 2);
      return iterator.next();
    },
  ],
  [
    'serialForEach',
    async (lib) => {
      const seen = [];
      const iterator = await first(lib, 4);
      await iterator.serialForEach(async (x) => {
        seen.push(x);
        return x < 2;
      });
      return [seen, await iterator.next()];
    },
  ],
  [
    'forEachAsync',
    async (lib) => {
      const seen = [];
      await (await first(lib, 3)).forEachAsync((x) => seen.push(x));
      return seen;
    },
  ],
  ['handleErrors: go on', async (lib) => (await failing(lib)).handleErrors(() => true).toArray()],
  ['handleErrors: end', async (lib) => (await failing(lib)).handleErrors(() => false).toArray()],
  [
    'handleErrors: another error',
    async (lib) => {
      const iterator = (await failing(lib)).handleErrors(() => {
        throw new Error('another');
      });
      return iterator.toArray();
    },
  ],
  [
    'an error, and reading on',
    async (lib) => {
      const iterator = await failing(lib);
      const results = [];
      for (let i = 0; i < 6; ++i) results.push(await iterator.next().catch(() => 'failed'));
      return results;
    },
  ],
  [
    'errors that were read ahead',
    async (lib) => {
      const fail = (x) => {
        if (x === 3) throw new Error('the third');
        return x;
      };
      const iterator = (await first(lib, 4)).map(fail).prefetch(9);
      const results = [];
      for (let i = 0; i < 6; ++i) results.push(await iterator.next().catch(({ message }) => message));
      return results;
    },
  ],
  ...['map', 'filter', 'mapAsync', 'serialMapAsync', 'flatmap', 'handleErrors'].map((name) => [
    `summary of ${name}`,
    async (lib) => (await first(lib, 3))[name]((x) => x).summary(),
  ]),
  ...['take', 'skip', 'prefetch', 'rowMajorBatch', 'columnMajorBatch', 'serial'].map((name) => [
    `summary of ${name}`,
    async (lib) => (await first(lib, 3))[name](1).summary(),
  ]),
];

describe('iterators', { skip: missing('dist', 'tfjs', 'tfjs-data') }, () => {
  let ours;
  let theirs;

  before(async () => {
    ours = await loadTfwasm();
    theirs = loadTfjs();
  });

  for (const [title, run] of CASES) {
    test(title, async () => {
      assert.deepEqual(await outcome(() => run(ours)), await outcome(() => run(theirs)));
    });
  }

  test('sizes that are no positive integers are refused', async () => {
    const iterator = await first(ours, 3);
    for (const name of ['rowMajorBatch', 'columnMajorBatch', 'prefetch', 'shuffle']) {
      for (const size of [0, -1, 1.5, undefined, 'x']) {
        assert.throws(() => iterator[name](size), { name: 'TfwasmError', code: 'E_INPUT' });
      }
    }
  });

  test('the same methods as in TensorFlow.js', async () => {
    const methods = (object) => {
      const names = new Set();
      for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
        for (const name of Object.getOwnPropertyNames(at)) if (typeof at[name] === 'function') names.add(name);
      }
      return names;
    };
    const ofOurs = methods(await first(ours, 1));
    assert.deepEqual(
      [...methods(await first(theirs, 1))].filter((name) => !ofOurs.has(name)),
      [],
    );
  });

  describe('order and overlap', () => {
    /** An asynchronous function that counts how many calls run at once. */
    function counted(ms) {
      const state = { running: 0, most: 0 };
      const f = async (x) => {
        state.most = Math.max(state.most, ++state.running);
        await sleep(ms * (1 + (x % 3)));
        --state.running;
        return x;
      };
      return { state, f };
    }

    test('mapAsync with prefetch runs calls at once, and keeps the order', async () => {
      const { state, f } = counted(3);
      const dataset = ours.data.array([1, 2, 3, 4, 5, 6, 7, 8]).mapAsync(f).prefetch(3);
      assert.deepEqual(await dataset.toArray(), [1, 2, 3, 4, 5, 6, 7, 8]);
      assert.equal(state.most, 4);
    });

    test('serialMapAsync does not', async () => {
      const { state, f } = counted(1);
      const iterator = (await first(ours, 5)).serialMapAsync(f).prefetch(3);
      assert.deepEqual(await iterator.toArray(), [1, 2, 3, 4, 5]);
      assert.equal(state.most, 1);
    });

    test('prefetch reads while the consumer works', async () => {
      const log = [];
      const produce = async (x) => {
        log.push(`begin ${x}`);
        await sleep(5);
        log.push(`end ${x}`);
        return x;
      };
      for await (const x of ours.data.array([1, 2, 3]).mapAsync(produce).prefetch(1)) {
        log.push(`use ${x}`);
        await sleep(20);
        log.push(`used ${x}`);
      }
      for (const x of [2, 3]) assert.ok(log.indexOf(`end ${x}`) < log.indexOf(`used ${x - 1}`), log.join());
    });

    test('prefetch reads no more than its size ahead, and nothing before the first call', async () => {
      let made = 0;
      const dataset = ours.data.func(() => ({ value: ++made, done: false })).prefetch(3);
      const iterator = await dataset.iterator();
      await sleep(5);
      assert.equal(made, 0);
      await iterator.next();
      await sleep(5);
      assert.equal(made, 4);
      await iterator.return();
    });

    test('a function is not called again after the end, and one call at a time', async () => {
      let calls = 0;
      const { state, f } = counted(1);
      const dataset = ours.data.func(async () => ({ value: await f(++calls), done: calls === 4 }));
      assert.deepEqual(await dataset.prefetch(10).toArray(), [1, 2, 3]);
      assert.deepEqual([calls, state.most], [4, 1]);
    });

    test('forEachAsync waits for its function', async () => {
      const { state, f } = counted(2);
      await ours.data.array([1, 2, 3]).forEachAsync(f);
      assert.deepEqual([state.most, state.running], [1, 0]);
      await assert.rejects(
        ours.data.array([1, 2]).forEachAsync(async () => {
          throw new Error('mine');
        }),
        { message: 'mine' },
      );
    });

    test('errors that nobody reads do not end the process', async () => {
      const iterator = await ours.data
        .array([1, 2, 3])
        .mapAsync(async (x) => {
          if (x === 3) throw new Error('unread');
          return x;
        })
        .prefetch(5)
        .iterator();
      assert.deepEqual(await iterator.next(), { value: 1, done: false });
      await sleep(5);
      await iterator.return();
    });
  });

  describe('ends', () => {
    /** Numbers without an end, and whether their generator was closed. */
    function endless() {
      const state = { made: 0, isClosed: false };
      const dataset = ours.data.generator(function* () {
        try {
          for (;;) yield ++state.made;
        } finally {
          state.isClosed = true;
        }
      });
      return { state, dataset };
    }

    test('for await: break closes everything', async () => {
      const { state, dataset } = endless();
      const seen = [];
      for await (const x of dataset
        .map((x) => x * 2)
        .filter((x) => x % 4 === 0)
        .prefetch(2)) {
        seen.push(x);
        if (seen.length === 3) break;
      }
      assert.deepEqual(seen, [4, 8, 12]);
      assert.ok(state.isClosed);
    });

    for (const [title, make] of [
      ['take', (dataset) => dataset.take(2)],
      ['take of a batch', (dataset) => dataset.batch(2).take(1)],
      ['take of a shuffle', (dataset) => dataset.shuffle(5).take(2)],
      ['take of a prefetch', (dataset) => dataset.prefetch(5).take(2)],
      ['prefetch of a take', (dataset) => dataset.take(2).prefetch(5)],
      ['take of a concatenation', (dataset) => dataset.concatenate(dataset).take(2)],
      ['take of a repetition', (dataset) => dataset.repeat().take(2)],
      ['zip', (dataset) => ours.data.zip([dataset, ours.data.array([1, 2])])],
      [
        'an error',
        (dataset) =>
          dataset.map((x) => {
            if (x === 2) throw new Error('two');
            return x;
          }),
        'two',
      ],
    ]) {
      test(`${title} closes what it reads`, async () => {
        const { state, dataset } = endless();
        const elements = make(dataset);
        if (title === 'an error') await assert.rejects(elements.toArray(), { message: 'two' });
        else ours.tf.dispose(await elements.toArray());
        assert.ok(state.isClosed);
      });
    }

    test('take 0 reads nothing', async () => {
      const { state, dataset } = endless();
      assert.deepEqual(await dataset.take(0).toArray(), []);
      assert.equal(state.made, 0);
    });

    test('return() twice, and next() after it', async () => {
      const { dataset } = endless();
      const iterator = await dataset.iterator();
      for (let i = 0; i < 2; ++i) assert.deepEqual(await iterator.return(), { value: null, done: true });
      assert.deepEqual(await iterator.next(), { value: null, done: true });
    });
  });
});
