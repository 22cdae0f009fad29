// SPDX-License-Identifier: Apache-2.0
// Details of the selected node, next to the drawing.
import { make, smallButton } from '../common/dom.js';
import { formatShape } from '../common/format.js';
import { scrollRegion, table, tableRow } from '../common/tables.js';
import { declaredOutputs, showAttribute } from './attributes.js';
import { calledFunctions, UNSUPPORTED } from './topology.js';

const MAX_CONSUMERS = 30;
const MAX_NAME = 44;

/** The end of a long name; the beginning is the same for most nodes. */
function nameTail(name) {
  if (name.length <= MAX_NAME) return name;
  const parts = name.split('/');
  return parts.length > 2 ? `…/${parts.slice(-2).join('/')}` : name;
}

/**
 * @param {object} options
 * @param {import('./topology.js').ViewNode} options.node
 * @param {import('./topology.js').ViewGraph} options.graph
 * @param {Map<string, number[][]>} options.shapes Output shapes, found by runs.
 * @param {boolean} options.canRun
 * @param {(name: string) => void} options.goTo Called with the name of another node.
 * @param {(key: string) => void} options.openFunction
 * @param {(name: string) => void} options.compute
 */
export function nodeDetails({ node, graph, shapes, canRun, goTo, openFunction, compute }) {
  const link = (name, suffix = '') =>
    make(
      'button',
      { type: 'button', class: 'plain link', title: name, onclick: () => goTo(name) },
      nameTail(name) + suffix,
    );
  return [
    make(
      'div',
      { class: 'row' },
      make('h3', { id: 'node-op' }, node.op),
      node.folded && make('span', { class: 'badge' }, 'constant'),
      node.unsupported && make('span', { class: 'badge bad' }, UNSUPPORTED),
    ),
    make('p', { class: 'node-name' }, make('code', {}, node.name)),
    make(
      'div',
      { class: 'row node-actions' },
      canRun && graph.key === '' && smallButton('Compute this value', () => compute(node.name)),
      ...calledFunctions(node).map(({ attribute, name }) =>
        smallButton(`Open ${attribute}: ${name}`, () => openFunction(name)),
      ),
    ),
    outputsOf(node, shapes),
    inputsOf(node, graph, shapes, link),
    consumersOf(node, graph, link),
    attributesOf(node),
  ];
}

/** The shapes of a node's outputs: found by a run, or else declared by the model. */
export function outputShapes(node, shapes) {
  return shapes.get(node.name) ?? declaredOutputs(node).shapes;
}

function describe(node, output, shapes) {
  const { dtype } = declaredOutputs(node);
  const shape = outputShapes(node, shapes)[output];
  return [dtype, shape && formatShape(shape)].filter(Boolean).join(' ');
}

function section(title, ...content) {
  return make('section', {}, make('h4', {}, title), ...content);
}

function outputsOf(node, shapes) {
  const { dtype } = declaredOutputs(node);
  const known = outputShapes(node, shapes);
  const lines = known.length > 0 ? known : [undefined];
  return section(
    known.length > 1 ? 'Outputs' : 'Output',
    make(
      'ul',
      { class: 'plain-list' },
      ...lines.map((shape, index) =>
        make(
          'li',
          {},
          known.length > 1 && `${index}: `,
          make(
            'code',
            {},
            [dtype, shape ? formatShape(shape) : shapes.size > 0 ? 'of unknown shape' : 'shape known after a run']
              .filter(Boolean)
              .join(' '),
          ),
        ),
      ),
    ),
  );
}

function inputsOf(node, graph, shapes, link) {
  if (node.inputs.length === 0) return null;
  const items = node.inputs.map(({ name, output, control, constant }) => {
    const from = graph.nodes.get(name);
    const suffix = output > 0 ? `:${output}` : '';
    return make(
      'li',
      {},
      from ? link(name, suffix) : make('code', {}, name + suffix),
      ' ',
      make(
        'span',
        { class: 'hint' },
        [control && 'order only', constant && 'constant', from && describe(from, output, shapes)]
          .filter(Boolean)
          .join(', '),
      ),
    );
  });
  return section('Inputs', make('ol', { class: 'plain-list' }, ...items));
}

function consumersOf(node, graph, link) {
  if (node.consumers.length === 0) return null;
  const names = [...new Set(node.consumers)];
  const more = names.length - MAX_CONSUMERS;
  const items = names
    .slice(0, MAX_CONSUMERS)
    .map((name) => make('li', {}, link(name), ' ', make('span', { class: 'hint' }, graph.nodes.get(name)?.op)));
  return section(
    'Used by',
    make('ul', { class: 'plain-list' }, ...items, more > 0 && make('li', { class: 'hint' }, `and ${more} more`)),
  );
}

function attributesOf({ attributes }) {
  const rows = Object.entries(attributes).map(([name, value]) =>
    tableRow(make('code', {}, name), make('code', {}, showAttribute(value))),
  );
  if (rows.length === 0) return null;
  return section('Attributes', scrollRegion('Attributes', table({ rows })));
}
