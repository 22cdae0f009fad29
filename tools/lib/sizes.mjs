// SPDX-License-Identifier: Apache-2.0
// Sizes of the shipped files, and their budgets. 1 KB is 1000 bytes.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DIST } from './paths.mjs';
import { ENTRIES, linkOf } from './variants.mjs';

/** Per variant, by link. */
const WASM_BUDGETS = {
  tfwasm: { raw: 1_450_000, gzip: 526_000 },
  'tfwasm-inference': { raw: 900_000, gzip: 311_000 },
  'tfwasm-convert': { raw: 1_100_000, gzip: 390_000 },
};
/** For the JavaScript of the first page load: an entry, common.js and one glue. By entry. */
const JAVASCRIPT_BUDGETS = {
  'index.js': { raw: Number.POSITIVE_INFINITY, gzip: 96_000 },
  'inference.js': { raw: Number.POSITIVE_INFINITY, gzip: 56_000 },
  'convert.js': { raw: Number.POSITIVE_INFINITY, gzip: 77_000 },
};
/** For what is loaded on demand: with the first save, dataset, Keras file, model that calls ops, layer that learns, ... */
const ON_DEMAND_BUDGETS = {
  'media.js': { raw: Number.POSITIVE_INFINITY, gzip: 13_000 },
  'keras-files.js': { raw: Number.POSITIVE_INFINITY, gzip: 24_000 },
  'data.js': { raw: Number.POSITIVE_INFINITY, gzip: 9_000 },
  'operations.js': { raw: Number.POSITIVE_INFINITY, gzip: 25_000 },
  'cli.js': { raw: Number.POSITIVE_INFINITY, gzip: 14_000 },
  'worker.js': { raw: Number.POSITIVE_INFINITY, gzip: 4_000 },
  'worker-main.js': { raw: Number.POSITIVE_INFINITY, gzip: 4_000 },
  'model-files.js': { raw: Number.POSITIVE_INFINITY, gzip: 8_500 },
  'training.js': { raw: Number.POSITIVE_INFINITY, gzip: 8_000 },
  'adapt.js': { raw: Number.POSITIVE_INFINITY, gzip: 4_000 },
  'hdf5-library.js': { raw: Number.POSITIVE_INFINITY, gzip: 1_100_000 },
};

/** The sizes of the files in `folder` that pages load: [{name, raw, gzip}]. */
export function measureSizes(folder = DIST) {
  return readdirSync(folder)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
    });
}

/** One message per exceeded budget. */
export function budgetErrors(sizes) {
  const wasm = sizes.filter(({ name }) => name.endsWith('.wasm'));
  const common = sizes.filter(({ name }) => name === 'common.js');
  const entries = sizes.filter(({ name }) => ENTRIES.includes(name));
  const glues = sizes.filter(({ name }) => name.startsWith('glue'));
  const pages = entries.flatMap((entry) =>
    glues.map((glue) => ({ entry: entry.name, size: sum([entry, ...common, glue]) })),
  );
  return [
    ...wasm.flatMap((size) => exceeded(size, WASM_BUDGETS[linkOf(size.name)])),
    ...pages.flatMap(({ entry, size }) => exceeded(size, JAVASCRIPT_BUDGETS[entry])),
    ...sizes.flatMap((size) => exceeded(size, ON_DEMAND_BUDGETS[size.name] ?? {})),
  ];
}

function sum(sizes) {
  const add = (key) => sizes.reduce((total, size) => total + size[key], 0);
  return { name: sizes.map(({ name }) => name).join(' + '), raw: add('raw'), gzip: add('gzip') };
}

function exceeded(size, budget) {
  return ['raw', 'gzip']
    .filter((key) => size[key] > budget[key])
    .map((key) => `${size.name} has ${kilobytes(size[key])} (${key}), the budget is ${kilobytes(budget[key])}.`);
}

/** A table of all sizes. */
export function reportSizes(sizes = measureSizes()) {
  const width = Math.max(...sizes.map(({ name }) => name.length));
  return sizes
    .map(
      ({ name, raw, gzip }) =>
        `  ${name.padEnd(width)} ${kilobytes(raw).padStart(9)} ${kilobytes(gzip).padStart(9)} gzipped`,
    )
    .join('\n');
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
