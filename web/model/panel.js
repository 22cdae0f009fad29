// SPDX-License-Identifier: Apache-2.0
// The card of the open model: inputs, outputs, sizes, contents.
import { describeError, element, facts, make } from '../common/dom.js';
import { formatBytes, formatCount, formatShape, formatShare, formatTime, plural } from '../common/format.js';
import { summarize, countOps } from './facts.js';
import { sortableTable } from '../common/sortable.js';
import { scrollRegion, table, tableRow } from '../common/tables.js';

/** @param {import('../app.js').App} app */
export function setUpModelPanel(app) {
  app.on('opened', () => showModel(app.current));
  app.on('moved', () => showName(app.current));
  element('close-model').addEventListener('click', () => app.close());
}

/** @param {import('../open/source.js').OpenedModel} opened */
function showModel(opened) {
  const { artifacts, problem } = opened;
  const summary = summarize(artifacts);
  showName(opened);
  for (const link of document.querySelectorAll('[data-needs-run]')) link.hidden = Boolean(problem);
  element('model-problem').textContent = problem
    ? `This model can be looked at, but not run. ${describeError(problem)}`
    : '';
  element('model-unsupported').textContent = describeUnsupported(opened.model);
  element('model-facts').replaceChildren(
    facts([
      ['Parameters', formatCount(summary.parameters)],
      ['Weights', formatBytes(summary.weightBytes)],
      ['Topology', formatBytes(summary.topologyBytes)],
      ['Nodes', formatCount(summary.nodes)],
      ...(summary.functions > 0 ? [['Functions', formatCount(summary.functions)]] : []),
      ['Quantization', describeQuantization(summary)],
      ...(opened.model ? [['Load time', formatTime(opened.loadTime)]] : []),
    ]),
  );
  element('model-endpoints').replaceChildren(...endpoints(opened));
  element('model-ops').replaceChildren(opTable(artifacts.modelTopology, opened.unsupported));
  element('model-weights').replaceChildren(weightTable(summary));
  showOrigin(opened);
}

/** The ops that no run has to reach; for all others the model does not load. */
function describeUnsupported(model) {
  const ops = (model?.unsupportedOps ?? []).map(({ op, count }) => `${op} (${count})`);
  if (ops.length === 0) return '';
  return `The model runs, but has ops that are not supported, in places that a run may not reach: ${ops.join(', ')}.`;
}

function describeQuantization({ quantized, weights }) {
  if (weights === 0) return 'no weights';
  return quantized.length === 0 ? 'none' : [...new Set(quantized.map(({ stored }) => stored))].join(', ');
}

function showName({ name, url, source, problem }) {
  element('model-name').textContent = name;
  element('model-source').textContent = url ?? (source.files ? 'from files' : 'no longer stored');
  // The benchmark page opens models by URL.
  const link = element('benchmark-link');
  link.hidden = Boolean(problem) || !url;
  if (url) link.href = `../benchmark-page/index.html?model=${encodeURIComponent(url)}`;
  element('benchmark-hint').hidden = Boolean(problem) || Boolean(url);
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
  // Without a signature, they are known only after loading.
  if (!signature) return [];
  return [
    endpointTable('Inputs', list(signature.inputs), Object.keys(signature.inputs ?? {})),
    endpointTable('Outputs', list(signature.outputs), Object.keys(signature.outputs ?? {})),
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
  const caption = plural(list.length, title.slice(0, -1).toLowerCase());
  return scrollRegion(title, table({ caption, heads: ['name', 'dtype', 'shape', 'node'], rows }));
}

function opTable(topology, unsupported) {
  const rows = countOps(topology);
  return sortableTable({
    caption: `${plural(rows.length, 'kind')} of ops`,
    columns: [
      {
        title: 'op',
        key: 'op',
        show: (op) =>
          make(
            'span',
            {},
            make('code', {}, op),
            unsupported.has(op) && [' ', make('span', { class: 'badge bad' }, 'not supported')],
          ),
      },
      { title: 'count', key: 'count', number: true, show: formatCount },
      { title: 'share', key: 'share', number: true, show: formatShare },
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
