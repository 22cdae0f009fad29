// SPDX-License-Identifier: Apache-2.0
// The demo: MoveNet's keypoints for a photograph, using the package's public API. Run by `node tools/demo.mjs` and by
// `npm start`.
import { existsSync } from 'node:fs';
import path from 'node:path';

import { median } from '../web/common/quantiles.js';
import { MINIMUM_SCORE, MODEL_SIDE, readKeypoints } from '../web/movenet.js';
import { isMain } from './lib/main.mjs';
import { ROOT } from './lib/paths.mjs';
import { runMain, ToolError } from './lib/run.mjs';
import { readPhotograph } from './photo.mjs';
import { startServer } from './serve.mjs';

const MODEL = 'movenet-lightning.json';

/**
 * Loads the model over HTTP from this repository's server and predicts.
 *
 * @param {object} [options]
 * @param {number} [options.repeats] The number of further predictions to time.
 * @returns {Promise<{keypoints: {name: string, x: number, y: number, score: number}[], times: {load: number, first:
 *     number, later: number}}>} x and y are relative to the picture's size. Times are milliseconds; `later` is a
 *     median.
 */
export async function predictPhotograph({ repeats = 30 } = {}) {
  requireFile('dist/index.js', 'the package is not built; run "npm run build"');
  requireFile(`node_modules/@vladmandic/human/models/${MODEL}`, 'the models are not installed; run "npm install"');
  const tf = await import('../dist/index.js');
  await tf.ready();
  const server = await startServer({ port: 0 });
  try {
    const times = {};
    const timed = async (name, action) => {
      const start = performance.now();
      const result = await action();
      times[name] = performance.now() - start;
      return result;
    };
    const model = await timed('load', () => tf.loadGraphModel(`${server.url}models/${MODEL}`));
    const image = tf.tensor4d(await readPhotograph(MODEL_SIDE), [1, MODEL_SIDE, MODEL_SIDE, 3], 'int32');
    const predict = () => tf.tidy(() => model.predict(image).dataSync());
    const values = await timed('first', predict);
    const samples = [];
    for (let i = 0; i < repeats; ++i) {
      await timed('later', predict);
      samples.push(times.later);
    }
    tf.dispose(image);
    model.dispose();
    return { keypoints: readKeypoints(values), times: { ...times, later: median(samples) } };
  } finally {
    await server.close();
  }
}

function requireFile(file, problem) {
  if (!existsSync(path.join(ROOT, file))) {
    throw new ToolError(`The demo cannot run: ${problem}.`);
  }
}

/** Predicts and prints the keypoints and times. */
export async function runDemo({ print = console.log } = {}) {
  const { keypoints, times } = await predictPhotograph();
  print('MoveNet on web/images/astronaut.png (x and y as fractions of the picture):\n');
  print(`  ${'joint'.padEnd(15)}      x      y  score`);
  for (const { name, x, y, score } of keypoints) {
    const numbers = [x, y, score].map((value) => value.toFixed(3).padStart(6)).join(' ');
    print(`  ${name.padEnd(15)} ${numbers}${score < MINIMUM_SCORE ? '  (not seen)' : ''}`);
  }
  const ms = (value) => `${value.toFixed(1)} ms`;
  print(`\nload ${ms(times.load)}, first prediction ${ms(times.first)}, later ${ms(times.later)} (median)`);
}

if (isMain(import.meta.url)) {
  await runMain(runDemo);
}
