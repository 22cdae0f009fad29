// SPDX-License-Identifier: Apache-2.0
// Displays a result.
import { facts, make } from '../web/common/dom.js';
import { formatBytes, formatShape, plural } from '../web/common/format.js';
import { scrollRegion, table, tableRow } from '../web/common/tables.js';
import { ChartView } from './chart-view.js';
import { exportButtons } from './export-view.js';
import { firstResult, formatDifference, formatRatio, isSound, withUnit } from './numbers.js';
import { profileCard } from './profile-view.js';

const card = (title, ...children) => {
  const id = `title-${title.toLowerCase().replace(/\W+/g, '-')}`;
  return make('section', { class: 'card', 'aria-labelledby': id }, make('h2', { id }, title), ...children);
};

/** @param {[string, (engine: object) => string, string?][]} lines title, value, class */
function engineTable(caption, engines, lines) {
  const rows = lines.map(([title, show, kind]) => {
    const row = tableRow(title, ...engines.map((engine) => ({ number: show(engine) })));
    if (kind) row.className = kind;
    return row;
  });
  return scrollRegion(
    caption,
    table({ caption, heads: [null, ...engines.map(({ name }) => ({ number: name }))], rows }),
  );
}

const ofSummary =
  (key) =>
  ({ summary }) =>
    withUnit(summary?.[key]);
const meanWithInterval = ({ summary }) => (summary ? `${withUnit(summary.mean)} ± ${withUnit(summary.ci95)}` : '–');

function timesTable(engines) {
  return engineTable('Time of a prediction', engines, [
    ['Median', ofSummary('median')],
    ['Mean ± 95 % CI', meanWithInterval],
    ['p90', ofSummary('p90')],
    ['p99', ofSummary('p99')],
    ['Minimum', ofSummary('min')],
    ['Standard deviation', ofSummary('standardDeviation')],
    ['Runs', ({ samples }) => String(samples.length)],
    [
      'Warm-up (not counted)',
      ({ warmups }) =>
        warmups
          .map((time) => withUnit(time))
          .slice(0, 5)
          .join(', ') || 'none',
      'warmup',
    ],
  ]);
}

/** Warnings about validity come first. */
function banners({ void: reason, correctness, warnings }) {
  const list = [];
  if (reason) list.push(make('p', { class: 'error', role: 'alert' }, reason));
  if (correctness && !correctness.passed) {
    const why = correctness.error
      ? `The outputs could not be checked: ${correctness.error}`
      : `The outputs are not those of ${correctness.reference}: no claim on speed is made.`;
    list.push(make('p', { class: 'error', role: 'alert' }, why));
  }
  if (warnings.length > 0) list.push(make('ul', { class: 'notice' }, ...warnings.map((text) => make('li', {}, text))));
  return list;
}

function headline(result) {
  const [subject] = result.engines;
  const { summary } = subject;
  if (!summary)
    return [
      make('p', { class: 'headline' }, withUnit(firstResult(subject)), make('small', {}, ' to the first result')),
    ];
  const parts = [
    make(
      'p',
      { class: 'headline' },
      withUnit(summary.median),
      make('small', {}, ` a prediction, median of ${summary.count}`),
    ),
  ];
  if (!isSound(result)) return parts;
  const items = result.comparisons.map((comparison) => {
    const peer = result.engines.find(({ id }) => id === comparison.id);
    const isClear = comparison.verdict !== 'no difference';
    return make(
      'li',
      {},
      make('strong', {}, isClear ? formatRatio(comparison.ratio) : 'No difference'),
      `${isClear ? ' as fast as' : ' that can be told from'} ${peer.name}`,
      make('br'),
      make(
        'span',
        { class: 'hint' },
        `95 % interval ${formatRatio(comparison.low)} to ${formatRatio(comparison.high)}`,
      ),
    );
  });
  if (items.length > 0) parts.push(make('ul', { class: 'ratios' }, ...items));
  return parts;
}

const PHASES = { fetch: 'fetch', parse: 'parse', optimize: 'optimize', pack: 'plan and pack' };
const phaseColor = (index) => `var(--chart-${index + 1})`;

/** The phases of loading as a bar. The legend has them as text. */
function phaseBar({ phases }) {
  if (!phases) return null;
  const entries = Object.entries(PHASES).map(([key, name], index) => ({
    name,
    time: phases[key],
    color: phaseColor(index),
  }));
  const parts = entries.map(({ time, color }) => make('span', { style: `flex: ${time} 0 0; background: ${color}` }));
  const items = entries.map(({ name, time, color }) =>
    make('li', { style: `--swatch: ${color}` }, `${name} ${withUnit(time)}`),
  );
  return make(
    'div',
    {},
    make('div', { class: 'phases', 'aria-hidden': 'true' }, ...parts),
    make('ul', { class: 'legend' }, ...items),
  );
}

function loadCard({ engines }) {
  const phase =
    (key) =>
    ({ phases }) =>
      withUnit(phases?.[key]);
  return card(
    'Loading',
    phaseBar(engines[0]),
    engineTable('From the address to the first result', engines, [
      ['Start of the engine (not counted)', ({ start }) => withUnit(start), 'warmup'],
      ['Load', ({ load }) => withUnit(load)],
      ...Object.entries(PHASES).map(([key, name]) => [`– ${name}`, phase(key)]),
      ['First run', ({ first }) => withUnit(first)],
      ['To the first result', (engine) => withUnit(firstResult(engine))],
    ]),
    make(
      'p',
      { class: 'hint' },
      'Planning, packing and the last part of optimizing happen in the first run. TensorFlow.js does not tell its phases.',
    ),
  );
}

const bytes = (value) => (Number.isFinite(value) ? formatBytes(value) : '–');

function sizesCard({ engines, model }) {
  return card(
    'Memory and size',
    make('p', {}, `The model has ${bytes(model.bytes)}.`),
    engineTable('Memory and code', engines, [
      ['Peak memory of wasm or GPU', ({ heapBytes }) => bytes(heapBytes)],
      ['Binary: wasm and JavaScript', ({ codeBytes }) => bytes(codeBytes?.raw)],
      ['Binary, as transferred', ({ codeBytes }) => bytes(codeBytes?.transferred)],
      [
        'Tensors before and after',
        ({ tensorsBefore, tensorsAfter }) => (tensorsBefore === undefined ? '–' : `${tensorsBefore}, ${tensorsAfter}`),
      ],
    ]),
  );
}

function correctnessCard({ correctness }) {
  if (!correctness || correctness.error) return null;
  const rows = correctness.outputs.map(({ name, shape, dtype, absolute, relative, tolerance = 1e-3 }) =>
    tableRow(
      make('code', {}, name),
      `${dtype} ${formatShape(shape)}`,
      ...[absolute, relative, tolerance].map((error) => ({ number: formatDifference(error) })),
    ),
  );
  const errors = table({
    caption: 'Relative to the largest value of the output',
    heads: [
      'Output',
      'Type',
      ...['Largest absolute error', 'Largest relative error', 'Accepted'].map((number) => ({ number })),
    ],
    rows,
  });
  return card(
    'Correctness',
    make(
      'p',
      {},
      make(
        'span',
        { class: `badge ${correctness.passed ? 'good' : 'bad'}` },
        correctness.passed ? 'outputs agree' : 'outputs differ',
      ),
      ` with ${correctness.reference}`,
    ),
    scrollRegion('Errors of the outputs', errors),
    correctness.second &&
      make(
        'p',
        { class: 'hint' },
        `${correctness.second} computed the same for comparison: five times its difference from the reference is accepted.`,
      ),
  );
}

const yesNo = (value) => (value ? 'yes' : 'no');

function environmentCard(result) {
  const { environment, engines, settings, timerResolution, stoppedBy, date } = result;
  const ends = { time: `the limit of ${settings.seconds} s`, cancel: 'cancelling' };
  const stop = ends[stoppedBy] ?? `the number of runs, ${settings.runs}`;
  return card(
    'Environment',
    facts([
      ['Browser', environment.browser],
      ['Logical processors', String(environment.cores)],
      ['Memory', environment.memoryGb === null ? 'not told' : `${environment.memoryGb} GB or more`],
      ['Cross-origin isolated', yesNo(environment.isolated)],
      ['WebAssembly has', environment.features.join(', ') || 'no SIMD'],
      ['GPU', environment.gpu ?? 'none'],
      ['Timer resolution', withUnit(timerResolution)],
      ['Ended by', stop],
      ['When', date.replace('T', ' ').slice(0, 19)],
    ]),
    make(
      'ul',
      {},
      ...engines.map(({ name, library, variant, threads, thread }) =>
        make(
          'li',
          {},
          `${name}: ${library ?? 'did not start'}${library ? `, ${variant}, ${plural(threads, 'thread')}, ${thread === 'main' ? 'on the main thread' : 'in a worker'}` : ''}`,
        ),
      ),
    ),
    make('p', { class: 'hint' }, environment.userAgent),
  );
}

async function timesCard(result) {
  const engines = result.engines.filter(({ samples }) => samples.length > 0);
  const children = [...banners(result), ...headline(result), exportButtons(result)];
  if (engines.length > 0) {
    // Tables are shown even if the chart library is missing.
    const charts = await import('./charts.js').then(
      ({ runsChart, histogram }) => {
        const view = new ChartView(engines);
        return [
          view.controls(),
          make(
            'div',
            { class: 'columns charts' },
            make('figure', {}, make('figcaption', {}, 'Every run, in the order of time'), runsChart(view)),
            make('figure', {}, make('figcaption', {}, 'How often which time was measured'), histogram(view)),
          ),
        ];
      },
      (error) => make('p', { class: 'hint' }, `The charts cannot be drawn: ${error.message}`),
    );
    children.push(timesTable(engines), charts);
  }
  return card(`Result: ${result.model.name}`, ...children);
}

/** Displays a result in `place`. */
export async function showResult(place, result) {
  const started = { ...result, engines: result.engines.filter(({ load }) => load !== undefined) };
  const cards = [
    await timesCard(started),
    loadCard(started),
    correctnessCard(result),
    profileCard(result),
    sizesCard(started),
    environmentCard(result),
  ];
  place.replaceChildren(...cards.filter(Boolean));
}
