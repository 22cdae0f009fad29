// SPDX-License-Identifier: Apache-2.0
// Models for tests of training, made alike with tfwasm and with TensorFlow.js.
import { existsSync } from 'node:fs';

import { DIST } from '../../tools/lib/paths.mjs';
import { loadTfjsLayers } from '../layers/tfjs.mjs';

const isBuilt = existsSync(`${DIST}/index.js`);
export const skip = isBuilt ? false : 'the package is not built';
export const tf = isBuilt ? await import(`${DIST}/index.js`) : undefined;

const tfjs = loadTfjsLayers();
/** What tests use of TensorFlow.js, under the names of `tf`; null if it is not installed. */
export const theirs = tfjs && { ...tfjs.core, ...tfjs.layers, train: tfjs.core.train, layers: tfjs.layers.layers };
export const skipTheirs = skip || (theirs ? false : 'tfjs-layers is not installed');

/** Numbers between -1 and 1 that look random and are always the same. */
export function noise(count, seed = 1) {
  let state = seed * 2654435761 + 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) | 0;
    return ((state >>> 8) & 0xffff) / 0x8000 - 1;
  });
}

const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

/** A float32 tensor of a library. */
export const tensorOf = (t, shape, seed) => t.tensor(noise(sizeOf(shape), seed), shape);

/** One-hot rows. */
export function oneHotOf(t, count, classes) {
  const rows = Array.from({ length: count }, (_, i) =>
    Array.from({ length: classes }, (_, k) => Number((i * 7 + 3) % classes === k)),
  );
  return t.tensor2d(rows);
}

/** Gives a model weights that are always the same. */
export function setWeights(t, model) {
  const values = model.getWeights().map(({ shape }, i) => {
    const scale = shape.length > 1 ? 0.5 : 0.1;
    // Variances must be positive.
    const numbers = noise(sizeOf(shape), i + 11).map(
      (value) => Math.abs(value * scale) + (shape.length > 1 ? -0.2 : 0),
    );
    return t.tensor(numbers, shape);
  });
  model.setWeights(values);
  for (const value of values) value.dispose();
}

/** A model of these layers: [name, options] each. */
export function sequentialOf(t, ...layers) {
  const model = t.sequential();
  for (const [name, options] of layers) model.add(t.layers[name](options));
  setWeights(t, model);
  return model;
}
