// SPDX-License-Identifier: Apache-2.0
// Decodes the demo's photograph without a browser.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from './lib/paths.mjs';

/**
 * Reads the photograph and scales it to a square of `side` pixels.
 *
 * @param {number} side
 * @returns {Promise<Int32Array>} side * side * 3 values, 0 to 255, in rows of RGB.
 */
export async function readPhotograph(side) {
  const { PNG } = await import('pngjs');
  const file = path.join(ROOT, 'web/images/astronaut.png');
  const { width, height, data } = PNG.sync.read(await readFile(file));
  return resizeBilinear({ width, height, data }, side);
}

/** Bilinear with half-pixel centers: halving averages four pixels. */
function resizeBilinear({ width, height, data }, side) {
  const columns = sourcePositions(width, side);
  const rows = sourcePositions(height, side);
  const pixels = new Int32Array(side * side * 3);
  let out = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < 3; ++channel) {
        const at = (y, x) => data[(y * width + x) * 4 + channel];
        const top = mix(at(row.low, column.low), at(row.low, column.high), column.fraction);
        const bottom = mix(at(row.high, column.low), at(row.high, column.high), column.fraction);
        pixels[out++] = Math.round(mix(top, bottom, row.fraction));
      }
    }
  }
  return pixels;
}

function sourcePositions(length, side) {
  return Array.from({ length: side }, (_, index) => {
    const position = ((index + 0.5) * length) / side - 0.5;
    const clamped = Math.min(Math.max(position, 0), length - 1);
    const low = Math.floor(clamped);
    return { low, high: Math.min(low + 1, length - 1), fraction: clamped - low };
  });
}

function mix(a, b, fraction) {
  return a + (b - a) * fraction;
}
