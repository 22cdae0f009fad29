// SPDX-License-Identifier: Apache-2.0
// Prints the benchmark's results.
import { isAccepted } from '../../benchmark-page/correctness.js';
import { ENGINES } from '../../benchmark-page/engines.js';
import { geometricMean } from '../../benchmark-page/statistics.js';

const COLUMNS = [
  ['model', 18],
  ['engine', 24],
  ['start', 9],
  ['load', 9],
  ['first', 9],
  ['to result', 11],
  ['', 8],
  ['median', 9],
  ['p90', 9],
  ['', 8],
  ['95 % of it', 16],
];

function printRow(cells) {
  const text = cells.map((cell, index) => {
    const width = COLUMNS[index][1];
    return index < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
  console.log(text.join('').trimEnd());
}

export function printTitle(threads, reference) {
  console.log(`\n${threads === 1 ? 'One thread' : `${threads} threads`}. Times in milliseconds; "start" is that of`);
  console.log('the engine until ready(), "first" the first prediction, "to result" the time from loadGraphModel');
  console.log(`to its result; 2.00x is twice as fast as ${ENGINES[reference]}.\n`);
  printRow(COLUMNS.map(([name]) => name));
}

export const milliseconds = (value) => (value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 1));
export const times = (ratio) => (ratio === undefined ? '-' : `${ratio.toFixed(2)}x`);

export function engineName({ id, variant, threads }) {
  const [name] = id.split('-');
  return `${name} ${variant}${variant.endsWith('-threads') ? ` (${threads})` : ''}`;
}

export function printModel({ model, engines, fetch, result }) {
  for (const [index, engine] of engines.entries()) {
    if (engine.error) {
      console.log(`  ${engine.name} takes no part: ${engine.error}`);
      continue;
    }
    const loading = [engine.start, engine.load, engine.first, engine.firstResult].map(milliseconds);
    const [median, p90] = [engine.median, engine.p90].map(milliseconds);
    const ratios = index === 0 ? ['', ''] : [engine.loadRatio, engine.ratio].map(times);
    const interval = index === 0 || !engine.ratio ? '' : `${engine.low.toFixed(2)} - ${times(engine.high)}`;
    printRow([index === 0 ? model : '', engineName(engine), ...loading, ratios[0], median, p90, ratios[1], interval]);
    if (engine.agrees === false) {
      console.log(`  outputs DIFFER by ${engine.difference.toExponential(1)} of their largest value: not comparable`);
    }
  }
  printRow(['', 'its files alone', '', milliseconds(fetch)]);
  if (result.void) console.log(`  VOID: ${result.void}`);
  if (result.correctness?.error) console.log(`  outputs NOT CHECKED: ${result.correctness.error}`);
}

/** Over all models: the mean and the smallest speedup over the first engine. */
export function printSummary(rows) {
  console.log('');
  const [{ engines }] = rows;
  for (const index of engines.keys()) {
    if (index === 0) continue;
    for (const [property, what] of [
      ['ratio', 'predictions'],
      ['loadRatio', 'to the first result'],
    ]) {
      const measured = rows.filter((row) => row.engines[index][property] !== undefined);
      if (measured.length === 0) continue;
      const ratios = measured.map((row) => row.engines[index][property]);
      const least = measured.reduce((a, b) => (b.engines[index][property] < a.engines[index][property] ? b : a));
      console.log(
        `${engineName(measured[0].engines[index])}, ${what}: ${times(geometricMean(ratios))} as fast on average, ` +
          `least ${times(Math.min(...ratios))} (${least.model})`,
      );
    }
  }
}

/** What more threads gain: each model's median with the first number of threads, divided by those with the others. */
export function printThreadRatios(results) {
  const [first, ...others] = results;
  if (others.length === 0) return;
  console.log(`\nMore threads, compared with ${first.threads}; 2.00x is twice as fast:\n`);
  for (const [row, { model, engines }] of first.models.entries()) {
    for (const [index, { id, error, median }] of engines.entries()) {
      if (error) continue;
      const cells = others.map(
        ({ threads, models }) => `${threads}: ${times(threadRatio(median, models[row].engines[index]))}`,
      );
      console.log(`${model.padEnd(COLUMNS[0][1])}${id.padEnd(COLUMNS[1][1])}${cells.join('  ')}`);
    }
  }
}

const threadRatio = (median, engine) => (engine.error ? undefined : median / engine.median);

export function printOverhead({ nodes, engines }) {
  console.log(`\nA chain of ${nodes} additions of scalars, one thread:\n`);
  for (const engine of engines) {
    console.log(
      `  ${engineName(engine).padEnd(24)}${Math.round(engine.nanosecondsPerNode).toString().padStart(8)} ns a node`,
    );
  }
}

const OP_WIDTH = 36;

/** Prints the header for printOp(). */
export function printOpTitle(engines) {
  console.log(`\nSingle calls, one thread, in nanoseconds; 2.00x is twice as fast as ${ENGINES[engines[0].id]}.\n`);
  console.log(`${'op'.padEnd(OP_WIDTH)}${engines.map(({ id }) => id.padStart(20)).join('')}`);
}

/** The speedup over the first engine; NaN if one of them failed. */
const opRatio = ({ engines }, index) => engines[0].nanoseconds / engines[index].nanoseconds;

export function printOp(result) {
  const cells = result.engines.map(({ nanoseconds, error }, index) => {
    if (error !== undefined) return 'fails'.padStart(20);
    const ratio = index > 0 && result.engines[0].error === undefined ? times(opRatio(result, index)) : '';
    return `${Math.round(nanoseconds)}`.padStart(12) + ratio.padStart(8);
  });
  console.log(`${result.op.padEnd(OP_WIDTH)}${cells.join('')}`);
  for (const { error, difference } of result.engines) {
    if (error !== undefined) console.log(`  ${error.split('\n')[0]}`);
    else if (!isAccepted(difference)) {
      console.log(`  outputs DIFFER by ${difference.toExponential(1)} of their largest value`);
    }
  }
}

/** Over all ops that every engine supports. */
export function printOpSummary(engines, results) {
  console.log('');
  const common = results.filter((result) => result.engines.every(({ error }) => error === undefined));
  for (const [index, { id }] of engines.entries()) {
    if (index === 0 || common.length === 0) continue;
    const ratios = common.map((result) => opRatio(result, index));
    const slower = common.filter((_, i) => ratios[i] < 1).map(({ op }) => op);
    console.log(
      `${id}: ${times(geometricMean(ratios))} as fast on average over ${common.length} ops, ` +
        `least ${times(Math.min(...ratios))}${slower.length > 0 ? `; slower: ${slower.join(', ')}` : ''}`,
    );
  }
}
