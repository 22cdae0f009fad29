// SPDX-License-Identifier: Apache-2.0
// Runs the examples of docs/training.md, and the one of README.md.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';
import { skip, tf } from './fit-models.mjs';

const AsyncFunction = (async () => {}).constructor;

/** The examples of a page, by name. */
async function readExamples(page) {
  const text = await readFile(path.join(ROOT, page), 'utf8');
  const found = text.matchAll(/```js\n\/\/ example: (\w+)\n(.*?)```/gs);
  return new Map(Array.from(found, ([, name, code]) => [name, code.replace("import * as tf from 'tfwasm';", '')]));
}

/** What an example prints must be as its comments say. Examples that print nothing have to run. */
const CHECKS = {
  fit: ([[loss, valAccuracy], [names, ...values], [[[inside], [outside]]]]) => {
    assert.ok(loss < 0.25 && valAccuracy > 0.85, `loss ${loss}, accuracy of the validation ${valAccuracy}`);
    assert.deepEqual(names, ['loss', 'acc']);
    assert.ok(values[0] < 0.25 && values[1] > 0.9, String(values));
    assert.ok(inside > 0.8 && outside < 0.2, `${inside}, ${outside}`);
  },
  dataset: ([[loss]]) => assert.ok(loss > 0 && loss < 0.75, String(loss)),
  pipeline: ([[accuracy]]) => assert.ok(accuracy > 0.7, String(accuracy)),
  stopping: ([[epochs, best]]) => assert.ok(epochs > 5 && epochs < 200 && best < 0.4, `${epochs}, ${best}`),
  options: ([[names]]) => assert.deepEqual(names, ['loss', 'acc', 'auc', 'recall']),
  custom: ([[{ loss, positives, mae }]]) => {
    assert.ok(loss[0] > 0 && loss[0] < 0.4 && mae[0] > 0 && mae[0] < 1);
    assert.ok(Number.isInteger(positives[0]) && positives[0] >= 0 && positives[0] <= 512, String(positives));
  },
  optimizer: ([[iterations]]) => assert.equal(iterations, 160),
  callbacks: ([[epochs]]) => assert.ok(epochs > 1 && epochs < 100, String(epochs)),
  save: ([[iterations]]) => assert.equal(iterations, 48),
  features: ([[answer]]) => assert.ok(answer > 0.5 && answer < 1, String(answer)),
  loop: (losses) => assert.ok(losses.length === 20 && losses.at(-1)[0] < losses[0][0], String(losses)),
};

describe('the example of README.md', { skip }, () => {
  test('learns what is in its comments', async () => {
    await tf.ready();
    const text = await readFile(path.join(ROOT, 'README.md'), 'utf8');
    const [, code] = /## Training\n.*?```js\n(.*?)```/s.exec(text);
    const printed = [];
    const console = { log: (...values) => printed.push(values) };
    await new AsyncFunction('tf', 'console', code)(tf, console);
    const [[accuracy], [answer]] = printed;
    assert.ok(accuracy > 0.95, String(accuracy));
    assert.ok(answer > 0.9 && answer < 1, String(answer));
  });
});

describe('the examples of docs/training.md', { skip }, async () => {
  const examples = await readExamples('docs/training.md');
  const start = examples.get('start');
  examples.delete('start');
  let folder;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfwasm-guide-'));
    await tf.ready();
  });
  after(() => rm(folder, { recursive: true }));

  test('are all there', () =>
    assert.deepEqual(
      Object.keys(CHECKS).filter((name) => !examples.has(name)),
      [],
    ));

  for (const [name, code] of examples) {
    test(name, async () => {
      const printed = [];
      const console = { log: (...values) => printed.push(values) };
      // Node.js has no IndexedDB.
      const program = code.replaceAll('indexeddb://', `${pathToFileURL(folder)}/`);
      await new AsyncFunction('tf', 'console', `${start}\n{${program}}`)(tf, console);
      CHECKS[name]?.(printed);
      assert.ok(CHECKS[name] || printed.length === 0, `what ${name} prints is not checked`);
    });
  }
});
