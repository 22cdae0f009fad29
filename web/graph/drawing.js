// SPDX-License-Identifier: Apache-2.0
// Draws a graph with a layout as SVG. Nodes are buttons. Arrow keys follow edges.
import { makeSvg as make } from '../common/dom.js';
import { formatShape } from '../common/format.js';
import { shortName } from './layout.js';
import { UNSUPPORTED } from './topology.js';

/** A path through the points with rounded corners. */
function pathOf(points) {
  const [first, ...rest] = points;
  let path = `M${first[0].toFixed(1)} ${first[1].toFixed(1)}`;
  for (let i = 0; i + 1 < rest.length; ++i) {
    const [x, y] = rest[i];
    const [nextX, nextY] = rest[i + 1];
    const last = i + 2 === rest.length;
    const [endX, endY] = last ? [nextX, nextY] : [(x + nextX) / 2, (y + nextY) / 2];
    path += `Q${x.toFixed(1)} ${y.toFixed(1)} ${endX.toFixed(1)} ${endY.toFixed(1)}`;
  }
  return path;
}

export class Drawing {
  /** @type {Map<string, {box: object, group: SVGGElement, shape: SVGTextElement}>} */
  #nodes = new Map();
  #lines;
  #focusable = null;
  #nearLines;

  /**
   * @param {SVGSVGElement} svg
   * @param {import('./layout.js').Placed} placed
   * @param {(name: string) => void} onChoose Called when a node is clicked or selected with Enter.
   */
  constructor(svg, placed, onChoose) {
    this.placed = placed;
    this.#lines = placed.lines;
    this.scene = make('g', { class: 'scene' });
    const all = make('g', { class: 'lines', 'aria-hidden': 'true' });
    for (const { points } of placed.lines) all.append(make('path', { d: pathOf(points), 'marker-end': 'url(#arrow)' }));
    this.#nearLines = make('g', { class: 'lines near', 'aria-hidden': 'true' });
    const groups = placed.boxes.map((box) => this.#makeNode(box));
    this.scene.append(all, this.#nearLines, make('g', {}, ...groups));
    svg.replaceChildren(make('defs', {}, arrow('arrow'), arrow('arrow-near')), this.scene);
    this.scene.addEventListener('click', ({ target }) => {
      const name = target.closest('.node')?.dataset.name;
      if (name !== undefined) onChoose(name);
    });
    this.scene.addEventListener('keydown', (event) => this.#onKey(event, onChoose));
    if (groups[0]) this.#makeFocusable(groups[0]);
  }

  #makeNode(box) {
    const { node, x, y, width, height } = box;
    const shape = make('text', { class: 'shape', y: height / 2 - 8 });
    const group = make(
      'g',
      {
        class: `node ${node.category}${node.unsupported ? ' unsupported' : ''}`,
        transform: `translate(${x} ${y})`,
        role: 'button',
        tabindex: '-1',
        'data-name': node.name,
      },
      make('rect', { x: -width / 2, y: -height / 2, width, height, rx: 7 }),
      make('rect', { class: 'stripe', x: -width / 2, y: -height / 2 + 6, width: 4, height: height - 12, rx: 2 }),
      make('text', { class: 'op', y: -height / 2 + 18 }, node.op),
      ' ',
      make('text', { class: 'name', y: -height / 2 + 34 }, shortName(node.name)),
      ' ',
      shape,
    );
    this.#nodes.set(node.name, { box, group, shape });
    labelNode(group, node);
    return group;
  }

  /** Writes the known output shapes into the boxes. @param {(node: object) => number[] | undefined} shapeOf */
  showShapes(shapeOf) {
    for (const { box, group, shape } of this.#nodes.values()) {
      const known = shapeOf(box.node);
      const text = known ? formatShape(known).replaceAll(', ', '×').slice(1, -1) || 'scalar' : '';
      shape.textContent = text;
      labelNode(group, box.node);
    }
  }

  /** @returns {{x: number, y: number, width: number, height: number} | undefined} */
  boxOf(name) {
    return this.#nodes.get(name)?.box;
  }

  /** Highlights a node and its edges. */
  select(name) {
    for (const { group } of this.#nodes.values()) group.classList.remove('selected', 'neighbour');
    const near = this.#lines.filter(({ from, to }) => from === name || to === name);
    for (const { from, to } of near) {
      for (const end of [from, to]) this.#nodes.get(end)?.group.classList.add('neighbour');
    }
    this.#nearLines.replaceChildren(
      ...near.map(({ points }) => make('path', { d: pathOf(points), 'marker-end': 'url(#arrow-near)' })),
    );
    const group = this.#nodes.get(name)?.group;
    if (!group) return;
    group.classList.add('selected');
    this.#makeFocusable(group);
  }

  /** Highlights search results. @param {ReadonlySet<string> | null} names */
  mark(names) {
    this.scene.classList.toggle('searching', names !== null);
    for (const [name, { group }] of this.#nodes) group.classList.toggle('found', Boolean(names?.has(name)));
  }

  /** Gives a node the focus: by default the one that Tab reaches. */
  focus(name) {
    const group = name === undefined ? this.#focusable : this.#nodes.get(name)?.group;
    group?.focus({ preventScroll: true });
  }

  /** Makes one node reachable by Tab, since there may be thousands. */
  setEntry(name) {
    this.#makeFocusable(this.#nodes.get(name).group);
  }

  #makeFocusable(group) {
    this.#focusable?.setAttribute('tabindex', '-1');
    group.setAttribute('tabindex', '0');
    this.#focusable = group;
  }

  #onKey(event, onChoose) {
    const name = event.target.closest('.node')?.dataset.name;
    if (name === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onChoose(name);
      return;
    }
    if (event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!event.key.startsWith('Arrow')) return;
    // The page does not scroll where there is no further node.
    event.preventDefault();
    const next = this.#neighbour(name, event.key);
    if (next === undefined) return;
    this.#makeFocusable(this.#nodes.get(next).group);
    this.focus(next);
  }

  /** The neighbour for an arrow key: up and down along an edge, left and right to the nearest box. */
  #neighbour(name, key) {
    if (key === 'ArrowDown') return this.#lines.find(({ from }) => from === name)?.to;
    if (key === 'ArrowUp') return this.#lines.find(({ to }) => to === name)?.from;
    const here = this.boxOf(name);
    const side = key === 'ArrowRight' ? 1 : -1;
    const distance = ({ x, y }) => (x - here.x) * side + 3 * Math.abs(y - here.y);
    const beside = this.placed.boxes.filter(
      ({ x, y }) => (x - here.x) * side > 0 && Math.abs(y - here.y) < here.height,
    );
    return beside.sort((a, b) => distance(a) - distance(b))[0]?.node.name;
  }
}

/** The label for screen readers: the visible text and the full name. */
function labelNode(group, { name, unsupported }) {
  group.setAttribute('aria-label', `${group.textContent.trim()}, ${name}${unsupported ? `, ${UNSUPPORTED}` : ''}`);
}

function arrow(id) {
  return make(
    'marker',
    { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    make('path', { d: 'M0 0 8 4 0 8z' }),
  );
}
