// SPDX-License-Identifier: Apache-2.0
// The benchmark's results as text.
import { geometricMean } from '../../benchmark-page/statistics.js';

/** Engines whose outputs differ by more, relative to the largest value, do not do the same work. */
const ACCEPTED_DIFFERENCE = 1e-3;

const COLUMNS = [
  ['model', 18],
  ['engine', 24],
  ['load', 9],
  ['first', 9],
  ['to result', 11],
  ['', 8],
  ['median', 9],
  ['p90', 9],
  ['', 8],
];

function printRow(cells) {
  const text = cells.map((cell, index) => {
    const width = COLUMNS[index][1];
    return index < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
  console.log(text.join('').trimEnd());
}

export function printTitle(threads) {
  console.log(`\n${threads === 1 ? 'One thread' : `${threads} threads`}. Times in milliseconds; "first" is the first`);
  console.log('prediction, "to result" the time from loadGraphModel to its result; 2.00x is twice as fast as tfjs.\n');
  printRow(COLUMNS.map(([name]) => name));
}

const milliseconds = (value) => value.toFixed(value < 10 ? 2 : 1);
const times = (ratio) => `${ratio.toFixed(2)}x`;

function engineName({ library, variant, threads }) {
  const name = library.startsWith('tfwasm') ? 'tfwasm' : 'tfjs';
  return `${name} ${variant}${variant.endsWith('-threads') ? ` (${threads})` : ''}`;
}

export function printModel({ model, engines }) {
  for (const [index, engine] of engines.entries()) {
    const [load, first, firstResult] = [engine.load, engine.first, engine.firstResult].map(milliseconds);
    const predictions = [engine.median, engine.p90].map(milliseconds);
    const ratios = index === 0 ? ['', ''] : [engine.loadRatio, engine.ratio].map(times);
    printRow([
      index === 0 ? model : '',
      engineName(engine),
      load,
      first,
      firstResult,
      ratios[0],
      ...predictions,
      ratios[1],
    ]);
    if (!(engine.difference <= ACCEPTED_DIFFERENCE)) {
      console.log(`  outputs DIFFER by ${engine.difference.toExponential(1)} of their largest value: not comparable`);
    }
  }
}

/** Over all models: how much faster than the first engine, on average and at the least. */
export function printSummary(rows) {
  console.log('');
  const [{ engines }] = rows;
  for (const index of engines.keys()) {
    if (index === 0) continue;
    for (const [property, what] of [
      ['ratio', 'predictions'],
      ['loadRatio', 'to the first result'],
    ]) {
      const ratios = rows.map((row) => row.engines[index][property]);
      const least = rows.reduce((a, b) => (b.engines[index][property] < a.engines[index][property] ? b : a));
      console.log(
        `${engineName(engines[index])}, ${what}: ${times(geometricMean(ratios))} as fast on average, ` +
          `least ${times(Math.min(...ratios))} (${least.model})`,
      );
    }
  }
}

export function printOverhead({ nodes, engines }) {
  console.log(`\nA chain of ${nodes} additions of scalars, one thread:\n`);
  for (const engine of engines) {
    console.log(
      `  ${engineName(engine).padEnd(24)}${Math.round(engine.nanosecondsPerNode).toString().padStart(8)} ns a node`,
    );
  }
}
