// SPDX-License-Identifier: Apache-2.0
// Compares two results, with a verdict.
import { element, make, showError } from '../web/common/dom.js';
import { formatDate, plural } from '../web/common/format.js';
import { scrollRegion, table, tableRow } from '../web/common/tables.js';
import { formatRatio, isSound, withUnit } from './numbers.js';
import { readResults } from './result-file.js';
import { compare, summarize } from './statistics.js';

/** @returns {{add: (result: object) => void}} */
export function setUpComparison() {
  /** The choices: engines of results that have times. */
  const entries = [];
  const [before, after] = [element('before'), element('after')];

  function addEntries(result, origin) {
    const start = entries.length;
    for (const engine of result.engines) {
      if (engine.samples.length === 0) continue;
      const label = labelOf(result, engine, origin);
      const summary = summarize(engine.samples);
      entries.push({ label, model: result.model.name, engine, summary, isSound: isSound(result) });
    }
    for (const select of [before, after]) {
      const added = entries.slice(start).map(({ label }, index) => new Option(label, String(start + index)));
      select.append(...added);
    }
    element('compared').hidden = entries.length < 2;
    return start < entries.length ? start : null;
  }

  /** Selects an entry as "after"; the previous "after" becomes "before". */
  function choose(index) {
    if (index === null) return;
    const previous = after.value;
    after.value = String(index);
    if (entries.length > 1 && previous !== '' && previous !== after.value) before.value = previous;
    else if (entries.length === 1) before.value = '0';
    show();
  }

  function show() {
    const place = element('comparison');
    const [a, b] = [entries[before.value], entries[after.value]];
    if (!a || !b || a === b) {
      const text = entries.length > 1 ? 'Choose two different results.' : 'Two results are needed.';
      place.replaceChildren(make('p', { class: 'empty' }, text));
      return;
    }
    place.replaceChildren(...comparisonOf(a, b));
  }

  for (const select of [before, after]) select.addEventListener('change', show);
  element('result-file').addEventListener('change', async ({ target }) => {
    const files = Array.from(target.files);
    target.value = '';
    showError(element('compare-error'), null);
    for (const file of files) {
      try {
        for (const result of await readResults(file)) choose(addEntries(result, file.name));
      } catch (error) {
        showError(element('compare-error'), error);
      }
    }
  });
  let runs = 0;
  return { add: (result) => choose(addEntries(result, `run ${++runs}`)) };
}

/** What tells results apart, the most important first: lists cut it off. The result may be of a file. */
function labelOf({ model, settings, date }, { name, variant, threads, thread }, origin) {
  const shapes = Array.isArray(settings?.inputs) ? settings.inputs.map(({ shape }) => [shape].flat().join('×')) : [];
  const how = [
    variant && !name.includes(variant) ? `${name} ${variant}` : name,
    Number.isInteger(threads) && plural(threads, 'thread'),
    thread === 'main' && 'main thread',
  ];
  const parts = [origin, how.filter(Boolean).join(', '), model.name, shapes.join(', '), formatDate(date)];
  return parts.filter(Boolean).join(' · ');
}

const UNSOUND =
  'No verdict: one of these results does not count, since its outputs were not right or its tab was hidden meanwhile.';

function comparisonOf(a, b) {
  const { verdict, ratio, low, high, p } = compare(a.engine.samples, b.engine.samples);
  const kind = { faster: 'good', slower: 'error' }[verdict] ?? 'notice';
  const rows = [
    ['Median', 'median'],
    ['Mean', 'mean'],
    ['p90', 'p90'],
    ['Minimum', 'min'],
    ['Standard deviation', 'standardDeviation'],
  ].map(([title, key]) => [title, withUnit(a.summary[key]), withUnit(b.summary[key])]);
  rows.push(['Runs', String(a.summary.count), String(b.summary.count)]);
  const words = { faster: 'After is faster', slower: 'After is slower', 'no difference': 'No difference can be told' };
  const notes = [
    `Ratio of the medians, before to after: ${formatRatio(ratio)}, 95 % interval ${formatRatio(low)} to ${formatRatio(high)} (bootstrap); Mann-Whitney p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}.`,
    ...(a.model === b.model ? [] : ['These are different models.']),
  ];
  const head = (title, label) => ({ number: [title, make('div', { class: 'which' }, label)] });
  const times = table({
    caption: 'Times of predictions',
    heads: [null, head('Before', a.label), head('After', b.label)],
    rows: rows.map(([title, ...values]) => tableRow(title, ...values.map((number) => ({ number })))),
  });
  return [
    a.isSound && b.isSound
      ? make('p', { class: `verdict ${kind}` }, words[verdict])
      : make('p', { class: 'error' }, UNSOUND),
    scrollRegion('Two results', times),
    ...notes.map((text) => make('p', { class: 'hint' }, text)),
  ];
}
