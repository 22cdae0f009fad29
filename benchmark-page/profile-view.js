// SPDX-License-Identifier: Apache-2.0
// The profile: tables of ops and nodes, and a timeline of the run.
import { make, makeSvg } from '../web/common/dom.js';
import { formatCount, formatShape, formatShare } from '../web/common/format.js';
import { sortableTable } from '../web/common/sortable.js';
import { scrollRegion } from '../web/common/tables.js';
import { formatMilliseconds, withUnit } from './numbers.js';
import { byOp, gigaflops } from './profile.js';

/** Colours of the slowest ops; others are grey. */
const COLORS = ['var(--chart-1)', 'var(--chart-2)', 'var(--chart-3)', 'var(--chart-4)'];
const OTHER = 'var(--border-strong)';

/** Undefined values are shown as a dash; -1 sorts them last. */
const UNDEFINED = -1;
const showRate = (value) => (value === UNDEFINED ? '–' : value.toFixed(value < 10 ? 2 : 1));
const rate = (timed) => gigaflops(timed) ?? UNDEFINED;

function opsTable(ops, colors) {
  const columns = [
    { title: 'Op', key: 'op' },
    { title: 'Nodes', key: 'count', number: true, show: formatCount },
    { title: 'Time in ms', key: 'milliseconds', number: true, show: formatMilliseconds },
    { title: 'Share', key: 'share', number: true, show: formatShare },
    { title: 'GFLOP/s', key: 'rate', number: true, show: showRate },
    {
      title: 'Of the time',
      key: 'bar',
      show: (_, { share, op }) =>
        make('span', {
          class: 'bar',
          style: `width: ${100 * share}%; min-width: 1px; --swatch: ${colors.get(op) ?? OTHER}`,
          'aria-hidden': 'true',
        }),
    },
  ];
  const rows = ops.map((entry) => ({ ...entry, rate: rate(entry), bar: entry.share }));
  return scrollRegion('Ops', sortableTable({ caption: 'By op', columns, rows, sortBy: 'milliseconds' }));
}

const shapes = (list) => list.map(formatShape).join(' ');

function nodesTable(nodes, total) {
  const columns = [
    { title: '#', key: 'index', number: true },
    { title: 'Op', key: 'op' },
    { title: 'Node', key: 'node', show: (name) => make('div', { class: 'node', title: name }, name) },
    { title: 'Time in ms', key: 'milliseconds', number: true, show: formatMilliseconds },
    { title: 'Share', key: 'share', number: true, show: formatShare },
    { title: 'GFLOP/s', key: 'rate', number: true, show: showRate },
    { title: 'Inputs', key: 'inputs', show: (text) => make('span', { class: 'shapes' }, text) },
    { title: 'Outputs', key: 'outputs', show: (text) => make('span', { class: 'shapes' }, text) },
  ];
  const rows = nodes.map((node, index) => ({
    ...node,
    index: index + 1,
    share: total > 0 ? node.milliseconds / total : 0,
    rate: rate(node),
    inputs: shapes(node.inputShapes),
    outputs: shapes(node.outputShapes),
  }));
  return scrollRegion(
    'Nodes',
    sortableTable({ caption: 'By node, in the optimized graph', columns, rows, sortBy: 'milliseconds' }),
  );
}

/** The run as a timeline. The width of a node is its time. */
function strip(nodes, total, colors) {
  const svg = makeSvg('svg', {
    class: 'strip',
    viewBox: '0 0 1000 40',
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': 'The nodes of a run in their order, each as wide as it takes long. The tables have the numbers.',
  });
  let left = 0;
  for (const { op, node, milliseconds } of nodes) {
    const width = total > 0 ? (1000 * milliseconds) / total : 0;
    const gap = Math.min(0.6, width / 4);
    const rectangle = makeSvg(
      'rect',
      { x: left, y: 0, width: Math.max(0.1, width - gap), height: 40 },
      makeSvg('title', {}, `${op} ${node}: ${withUnit(milliseconds)}`),
    );
    rectangle.style.fill = colors.get(op) ?? OTHER;
    svg.append(rectangle);
    left += width;
  }
  return svg;
}

function legend(ops, colors) {
  const named = ops.slice(0, COLORS.length);
  const rest = ops.slice(COLORS.length).reduce((sum, { share }) => sum + share, 0);
  const item = (color, text) => make('li', { style: `--swatch: ${color}` }, text);
  return make(
    'ul',
    { class: 'legend' },
    ...named.map(({ op, share }) => item(colors.get(op), `${op} ${formatShare(share)}`)),
    rest > 0 && item(OTHER, `other ops ${formatShare(rest)}`),
  );
}

/** @returns {HTMLElement | null} null without a profile. */
export function profileCard({ profile, settings }) {
  if (!profile || profile.length === 0) return null;
  const ops = byOp(profile);
  const total = profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const colors = new Map(ops.slice(0, COLORS.length).map(({ op }, index) => [op, COLORS[index]]));
  return make(
    'section',
    { class: 'card profile', 'aria-labelledby': 'profile-title' },
    make('h2', { id: 'profile-title' }, 'Where the time goes'),
    make(
      'p',
      { class: 'hint' },
      `${formatCount(profile.length)} nodes of the optimized graph take ${withUnit(total)}, medians of ${settings.profiles} profiled runs. GFLOP/s follow from the shapes; a dash stands where they are not defined.`,
    ),
    strip(profile, total, colors),
    legend(ops, colors),
    opsTable(ops, colors),
    make(
      'details',
      { class: 'nodes' },
      make('summary', {}, `Every node (${formatCount(profile.length)})`),
      nodesTable(profile, total),
    ),
  );
}
