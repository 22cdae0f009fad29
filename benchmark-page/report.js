// SPDX-License-Identifier: Apache-2.0
// Formats a result as Markdown and as CSV.
import { plural } from '../web/common/format.js';
import { firstResult, formatDifference, formatMilliseconds, formatRatio, isSound, sentenceOf } from './numbers.js';

const escapeCell = (text) => String(text).replace(/\|/g, '\\|').replace(/\n/g, ' ');
const row = (cells) => `| ${cells.map(escapeCell).join(' | ')} |`;

/** @param {object} result See runBenchmark(). */
export function toMarkdown(result) {
  const { model, engines, settings, correctness, warnings } = result;
  const started = engines.filter(({ load }) => load !== undefined);
  const sound = isSound(result);
  const heads = [
    'engine',
    'median',
    'mean ± 95 % CI',
    'p90',
    'p99',
    'min',
    'load',
    'first run',
    'to first result',
    'times as fast',
  ];
  const ratioOf = (id) => result.comparisons.find((comparison) => comparison.id === id)?.ratio;
  const lines = started.map((engine, index) => {
    const { name, variant, threads, summary, load, first } = engine;
    const times = summary
      ? [summary.median, null, summary.p90, summary.p99, summary.min].map((value) =>
          formatMilliseconds(value ?? Number.NaN),
        )
      : new Array(5).fill('–');
    if (summary) times[1] = `${formatMilliseconds(summary.mean)} ± ${formatMilliseconds(summary.ci95)}`;
    const ratio = index === 0 ? 'of' : sound && ratioOf(engine.id) ? formatRatio(ratioOf(engine.id)) : '–';
    return row([
      `${name} (${variant}, ${plural(threads, 'thread')})`,
      ...times,
      ...[load, first, firstResult(engine)].map(formatMilliseconds),
      ratio,
    ]);
  });
  const sentences = sound
    ? result.comparisons.map(
        (comparison) =>
          `- ${sentenceOf(comparison, engines[0].name, engines.find(({ id }) => id === comparison.id).name)}.`,
      )
    : [];
  return [
    `**${escapeCell(model.name)}**, ${result.date.slice(0, 10)}; ${settings.runs} runs, inputs ${settings.inputs.map(({ shape }) => shape.join('×')).join(', ')}; milliseconds`,
    '',
    row(heads),
    row(heads.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...lines,
    '',
    describeEnvironment(result),
    ...sentences,
    ...(result.void ? [`- **${result.void}**`] : []),
    ...(correctness ? [describeCorrectness(correctness)] : []),
    ...warnings.map((text) => `- ${text}`),
    '',
  ].join('\n');
}

function describeEnvironment({ environment, engines, timerResolution }) {
  const { browser, cores, isolated, features } = environment;
  const libraries = engines.filter(({ library }) => library).map(({ library }) => library);
  return `- ${[browser, `${cores} logical processors`, isolated ? 'cross-origin isolated' : 'not isolated', `wasm ${features.join(', ')}`, ...(Number.isFinite(timerResolution) ? [`timer ${timerResolution} ms`] : []), ...new Set(libraries)].join('; ')}.`;
}

function describeCorrectness({ reference, outputs, passed, error }) {
  if (error) return `- **The outputs could not be checked: ${error}**`;
  const worst = outputs.reduce(
    (most, { relative }) => (relative > most || Number.isNaN(relative) ? relative : most),
    0,
  );
  return passed
    ? `- Outputs agree with ${reference}: largest relative error ${formatDifference(worst)}.`
    : `- **Outputs differ from ${reference}: largest relative error ${formatDifference(worst)}. No claim on speed.**`;
}

function quote(value) {
  let text = String(value);
  // Spreadsheets would interpret these as formulas.
  if (/^[=+\-@\t]/.test(text) && typeof value !== 'number') text = `'${text}`;
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** One line per run and engine. */
export function toCsv({ model, engines }) {
  const lines = [['model', 'engine', 'library', 'variant', 'threads', 'thread', 'kind', 'run', 'milliseconds']];
  for (const { id, library, variant, threads, thread, load, first, warmups, samples } of engines) {
    if (load === undefined) continue;
    const add = (kind, times) =>
      times.forEach((time, index) => {
        lines.push([model.name, id, library, variant, threads, thread, kind, index + 1, time]);
      });
    add('load', [load]);
    add('first', [first]);
    add('warm-up', warmups);
    add('timed', samples);
  }
  return lines.map((line) => `${line.map(quote).join(',')}\n`).join('');
}
