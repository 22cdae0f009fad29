// SPDX-License-Identifier: Apache-2.0
// Random changes of small files: each is read in time, or is an error with a code. TFWASM_KERAS_MUTATIONS sets how many.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { layer } from './in-memory.mjs';
import { model, readVariable, smallModel } from './small-model.mjs';
import { keras, TfwasmError } from './source.mjs';

const MUTATIONS = Number(process.env.TFWASM_KERAS_MUTATIONS ?? 300);
/** A folder with other files, for longer runs. */
const FOLDER = process.env.TFWASM_KERAS_FOLDER;
const MAX_MILLISECONDS = 2000;

/** Numbers from 0 to `limit` - 1, the same for each seed. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const NUMBERS = [0n, 1n, 255n, 65535n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

/** Changes that are more probable to matter than others: of words, at multiples of eight, by other words of the file. */
const CHANGES = [
  (bytes, random) => {
    bytes[random(bytes.length)] ^= 1 << random(8);
  },
  (bytes, random) => {
    bytes[random(bytes.length)] = random(256);
  },
  (bytes, random) => setWord(bytes, random, NUMBERS[random(NUMBERS.length)]),
  (bytes, random) => setWord(bytes, random, BigInt(random(bytes.length))),
  (bytes, random) => {
    const from = 8 * random(bytes.length / 8 - 1);
    bytes.copyWithin(8 * random(bytes.length / 8 - 1), from, from + 8 * (1 + random(8)));
  },
  (bytes, random) => {
    const at = random(bytes.length);
    bytes.fill(random(256), at, at + random(64));
  },
];

function setWord(bytes, random, value) {
  const at = 8 * random(Math.floor(bytes.length / 8));
  new DataView(bytes.buffer).setBigUint64(at, value, true);
}

function mutate(original, random) {
  const end = random(20) === 0 ? random(original.length) : original.length;
  const bytes = original.slice(0, Math.max(end, 16));
  for (let count = 1 + random(4); count > 0; --count) CHANGES[random(CHANGES.length)](bytes, random);
  return bytes;
}

async function readAll(bytes, root) {
  const file = await keras.readKerasFile(bytes);
  for (const [, array] of keras.matchWeights(file, root, { strict: false })) array.read();
  for (const { array } of file.optimizerWeights) array.read();
  if (file.layout === 'legacy') for (const { weights } of file.layers) for (const { array } of weights) array.read();
  return file;
}

async function fuzz(original, root, what) {
  let read = 0;
  for (let seed = 1; seed <= MUTATIONS; ++seed) {
    const bytes = mutate(original, randomNumbers(seed));
    const start = performance.now();
    try {
      await readAll(bytes, root);
      read += 1;
    } catch (error) {
      assert.ok(error instanceof TfwasmError && error.code !== 'E_INTERNAL', `${what}, seed ${seed}: ${error.stack}`);
    }
    assert.ok(performance.now() - start < MAX_MILLISECONDS, `${what}, seed ${seed} takes too long`);
  }
  return read;
}

describe('random changes', () => {
  for (const format of ['keras', 'weights.h5', 'h5', 'h5-weights']) {
    test(`of a file in the format '${format}'`, async (context) => {
      const root = smallModel();
      const modelConfig = { class_name: 'Functional', config: { layers: [] } };
      const original = await keras.writeKerasFile({ format, kerasVersion: '3.5.0', modelConfig, root, readVariable });
      const read = await fuzz(original, root, format);
      context.diagnostic(`${read} of ${MUTATIONS} can be read`);
      assert.ok(read < MUTATIONS);
    });
  }

  test('of a file with chunks', async (context) => {
    const original = new Uint8Array(readFileSync(new URL('fixtures/chunked.weights.h5', import.meta.url)));
    const root = model('chunked', [layer('Dense', 'dense', [[7, 5, 4], [10]])]);
    context.diagnostic(`${await fuzz(original, root, 'chunks')} of ${MUTATIONS} can be read`);
  });

  // Not a skipped test, which would look like something that is missing.
  if (FOLDER) test('of other files', fuzzFolder);
});

async function fuzzFolder(context) {
  const names = readdirSync(FOLDER, { recursive: true }).filter((name) => /\.(h5|hdf5|keras)$/.test(name));
  for (const name of names) {
    const read = await fuzz(new Uint8Array(readFileSync(path.join(FOLDER, name))), smallModel(), name);
    context.diagnostic(`${name}: ${read} of ${MUTATIONS} can be read`);
  }
}
