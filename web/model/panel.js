// SPDX-License-Identifier: Apache-2.0
// The card of the open model: what it takes and gives, how large it is, what it is made of.
import { describeError, element, facts, make, tableRow } from '../common/dom.js';
import { formatBytes, formatCount, formatShape, formatTime, plural } from '../common/format.js';
import { summarize, countOps } from './facts.js';
import { sortableTable } from '../common/sortable.js';

/** @param {import('../app.js').App} app */
export function setUpModelPanel(app) {
  app.on('opened', () => showModel(app.current));
  element('close-model').addEventListener('click', () => app.close());
}

/** @param {import('../open/source.js').OpenedModel} opened */
function showModel(opened) {
  const { name, url, artifacts, problem } = opened;
  const summary = summarize(artifacts);
  element('model-name').textContent = name;
  element('model-source').textContent = url ?? 'from files';
  element('model-problem').textContent = problem
    ? `This model can be looked at, but not run. ${describeError(problem)}`
    : '';
  showBenchmarkLink(url);
  element('model-facts').replaceChildren(
    facts([
      ['Parameters', formatCount(summary.parameters)],
      ['Weights', formatBytes(summary.weightBytes)],
      ['Topology', formatBytes(summary.topologyBytes)],
      ['Nodes', formatCount(summary.nodes)],
      ...(summary.functions > 0 ? [['Functions', formatCount(summary.functions)]] : []),
      ['Quantization', describeQuantization(summary)],
      ['Load time', formatTime(opened.loadTime)],
    ]),
  );
  element('model-endpoints').replaceChildren(...endpoints(opened));
  element('model-ops').replaceChildren(opTable(artifacts.modelTopology));
  element('model-weights').replaceChildren(weightTable(summary));
  showOrigin(opened);
}

function describeQuantization({ quantized, weights }) {
  if (weights === 0) return 'no weights';
  return quantized.length === 0 ? 'none' : [...new Set(quantized.map(({ stored }) => stored))].join(', ');
}

/** Only what the other page can open by itself: not files that were chosen here. */
function showBenchmarkLink(url) {
  const link = element('benchmark-link');
  link.hidden = !url;
  if (url) link.href = `../benchmark-page/index.html?model=${encodeURIComponent(url)}`;
  element('benchmark-hint').hidden = Boolean(url);
}

function endpoints({ model, artifacts }) {
  if (model) {
    return [
      endpointTable('Inputs', model.inputs, model.inputNodes),
      endpointTable('Outputs', model.outputs, model.outputNodes),
    ];
  }
  const signature = artifacts.userDefinedMetadata?.signature ?? artifacts.signature;
  const list = (ends = {}) =>
    Object.values(ends).map(({ name, dtype, tensorShape }) => ({
      name: name ?? '',
      dtype: String(dtype ?? 'unknown')
        .replace(/^DT_/, '')
        .toLowerCase(),
      shape: tensorShape?.dim?.map(({ size }) => Number(size)),
    }));
  return [
    endpointTable('Inputs', list(signature?.inputs), Object.keys(signature?.inputs ?? {})),
    endpointTable('Outputs', list(signature?.outputs), Object.keys(signature?.outputs ?? {})),
  ];
}

function endpointTable(title, list, keys) {
  const rows = list.map(({ name, dtype, shape }, index) =>
    tableRow(
      make('code', {}, keys[index] ?? name),
      dtype ?? 'unknown',
      make('code', {}, formatShape(shape)),
      keys[index] === name ? '' : make('code', {}, name),
    ),
  );
  const heads = ['name', 'dtype', 'shape', 'node'].map((text) => make('th', { scope: 'col' }, text));
  return make(
    'div',
    { class: 'table-scroll', tabIndex: 0, role: 'region', 'aria-label': title },
    make(
      'table',
      {},
      make('caption', {}, plural(list.length, title.slice(0, -1).toLowerCase())),
      make('thead', {}, make('tr', {}, ...heads)),
      make('tbody', {}, ...rows),
    ),
  );
}

function opTable(topology) {
  const rows = countOps(topology);
  return sortableTable({
    caption: `${plural(rows.length, 'kind')} of ops`,
    columns: [
      { title: 'op', key: 'op', show: (op) => make('code', {}, op) },
      { title: 'count', key: 'count', number: true, show: formatCount },
      { title: 'share', key: 'share', number: true, show: (share) => `${(100 * share).toFixed(1)} %` },
    ],
    rows,
    sortBy: 'count',
  });
}

function weightTable({ groups }) {
  return sortableTable({
    caption: 'Weights by dtype',
    columns: [
      { title: 'dtype', key: 'dtype' },
      { title: 'stored as', key: 'stored' },
      { title: 'tensors', key: 'count', number: true, show: formatCount },
      { title: 'values', key: 'values', number: true, show: formatCount },
      { title: 'size', key: 'bytes', number: true, show: formatBytes },
    ],
    rows: groups,
    sortBy: 'values',
  });
}

function showOrigin({ artifacts, model }) {
  const { format, generatedBy, convertedBy, modelTopology, userDefinedMetadata, signature } = artifacts;
  const producer = modelTopology?.versions?.producer;
  const entries = [
    ['Format', format],
    ['Generated by', generatedBy],
    ['Converted by', convertedBy],
    ['GraphDef producer', producer === undefined ? undefined : String(producer)],
    ['Version', /[1-9]/.test(model?.modelVersion ?? '') && model.modelVersion],
  ].filter(([, value]) => value);
  element('model-origin').replaceChildren(facts(entries));
  showJson('model-signature', userDefinedMetadata?.signature ?? signature);
  showJson('model-metadata', userDefinedMetadata);
}

function showJson(id, value) {
  element(id).textContent = value === undefined ? '' : JSON.stringify(value, null, 2);
  element(id).closest('details').hidden = value === undefined;
}
