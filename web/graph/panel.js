// SPDX-License-Identifier: Apache-2.0
// The card "Graph": choice of graph, drawing, buttons, search, details, and a table of nodes as an alternative to the
// drawing.
import { moveFocus } from '../common/buttons.js';
import { element, make, showError } from '../common/dom.js';
import { formatCount, formatShape, plural } from '../common/format.js';
import { nodeDetails, outputShapes } from './details.js';
import { Drawing } from './drawing.js';
import { layOut } from './layout.js';
import { CATEGORY_NAMES, readGraphs, searchNodes, UNSUPPORTED } from './topology.js';
import { Viewport } from './viewport.js';

const MAX_LISTED = 500;

const names = (nodes) => nodes.map(({ name }) => name);

function uniqueBy(list, keyOf) {
  const first = new Map();
  for (const item of list) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

function showLegend(hasUnsupported) {
  const entries = Object.entries({ ...CATEGORY_NAMES, ...(hasUnsupported && { unsupported: UNSUPPORTED }) });
  element('graph-legend').replaceChildren(...entries.map(([category, text]) => make('li', { class: category }, text)));
}

/** @param {import('../app.js').App} app */
export function setUpGraphPanel(app) {
  return new GraphPanel(app);
}

class GraphPanel {
  #app;
  #viewport = new Viewport(element('graph-svg'));
  #abort = new AbortController();
  /** @type {import('./topology.js').ViewGraph[]} */
  #graphs = [];
  #graph = null;
  #drawing = null;
  #selected = null;
  /** The nodes that match the search, and those of them where "next" stops. */
  #matches = [];
  #found = [];
  #foundIndex = -1;

  constructor(app) {
    this.#app = app;
    app.on('opened', () => this.#open(app.current));
    app.on('closed', () => this.#abort.abort());
    app.on('ran', () => this.#showShapes());
    app.on('show-node', (name) => this.#goTo(name));
    element('graph-select').addEventListener('change', ({ target }) => this.#show(target.value));
    element('zoom-in').addEventListener('click', () => this.#viewport.zoom(1));
    element('zoom-out').addEventListener('click', () => this.#viewport.zoom(-1));
    element('zoom-fit').addEventListener('click', () => this.#viewport.fit());
    element('layout-stop').addEventListener('click', () => this.#abort.abort());
    element('graph-search').addEventListener('input', () => this.#search());
    element('search-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#next(1);
    });
    element('search-previous').addEventListener('click', () => this.#next(-1));
    this.#followFocus(element('graph-svg'));
  }

  #followFocus(svg) {
    svg.addEventListener('focusin', ({ target }) => {
      const box = this.#drawing?.boxOf(target.dataset.name);
      if (box && target.matches(':focus-visible')) this.#viewport.reveal(box);
    });
    // After a click beside the nodes.
    svg.addEventListener('keydown', (event) => {
      if (event.target !== svg || event.shiftKey || !event.key.startsWith('Arrow')) return;
      event.preventDefault();
      this.#drawing?.focus();
    });
  }

  #open({ artifacts, unsupported }) {
    this.#graphs = readGraphs(artifacts.modelTopology, unsupported);
    showLegend(unsupported.size > 0);
    const select = element('graph-select');
    select.replaceChildren(
      ...this.#graphs.map(({ key, title, nodes }) => new Option(`${title} (${plural(nodes.size, 'node')})`, key)),
    );
    element('graph-choice').hidden = this.#graphs.length === 1;
    this.#show('');
  }

  /** @param {string} key The key of a graph. */
  async #show(key, select) {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#graph = this.#graphs.find((graph) => graph.key === key) ?? this.#graphs[0];
    this.#drawing = null;
    this.#select(null);
    element('graph-select').value = this.#graph.key;
    element('graph-search').value = '';
    this.#search();
    element('graph-svg').replaceChildren();
    showError(element('graph-error'), null);
    const boxes = [...this.#graph.nodes.values()].filter(({ folded }) => !folded).length;
    element('layout-status').textContent = `Laying out ${plural(boxes, 'node')}…`;
    element('layout-busy').hidden = false;
    const { signal } = this.#abort;
    try {
      const placed = await layOut(this.#graph, signal);
      if (signal.aborted) return;
      this.#draw(placed);
      if (select) this.#goTo(select);
    } catch (error) {
      if (signal.aborted && signal !== this.#abort.signal) return;
      element('graph-svg').replaceChildren();
      const stopped = error.name === 'AbortError';
      showError(element('graph-error'), stopped ? new Error('Stopped. The list below shows all nodes.') : error);
    } finally {
      if (signal === this.#abort.signal) {
        moveFocus(element('layout-busy'), element(this.#drawing ? 'graph-svg' : 'node-list-title'));
        element('layout-busy').hidden = true;
      }
    }
  }

  #draw(placed) {
    const svg = element('graph-svg');
    this.#drawing = new Drawing(svg, placed, (name) => this.#select(name, { reveal: true }));
    const folded = this.#graph.nodes.size - placed.boxes.length;
    svg.setAttribute('aria-label', `${this.#graph.title}, ${plural(placed.boxes.length, 'node')}`);
    element('graph-summary').textContent =
      `${plural(placed.boxes.length, 'node')}${folded > 0 ? `, and ${plural(folded, 'constant')} inside them` : ''}.`;
    this.#viewport.show(this.#drawing.scene, placed);
    const first = placed.boxes.find(({ node }) => node.category === 'input') ?? placed.boxes[0];
    this.#viewport.open(first);
    if (first) this.#drawing.setEntry(first.node.name);
    this.#showShapes();
    this.#search();
  }

  #showShapes() {
    const shapes = this.#shapes();
    this.#drawing?.showShapes((node) => outputShapes(node, shapes)[0]);
    if (this.#selected) this.#showDetails();
    this.#list();
  }

  /** Runs find shapes only for the main graph; functions have other names. */
  #shapes() {
    return this.#graph?.key === '' ? this.#app.current.shapes : new Map();
  }

  /** Selects a node of the displayed graph and scrolls to it. A constant is shown in its consumer. */
  #goTo(name) {
    const node = this.#graph?.nodes.get(name);
    if (!node) return;
    this.#select(name);
    const shown = node.folded ? node.consumers.find((consumer) => this.#drawing?.boxOf(consumer)) : name;
    const box = shown && this.#drawing?.boxOf(shown);
    if (box) this.#viewport.center(box);
  }

  #select(name, { reveal = false } = {}) {
    this.#selected = name === null ? null : (this.#graph.nodes.get(name) ?? null);
    this.#drawing?.select(name);
    if (reveal && name !== null) this.#drawing?.focus(name);
    this.#showDetails();
  }

  #showDetails() {
    const pane = element('node-details');
    moveFocus(pane, pane);
    pane.replaceChildren(...this.#details().filter(Boolean));
    pane.scrollTop = 0;
  }

  #details() {
    if (!this.#selected) return [make('p', { class: 'hint' }, 'Choose a node to see what is known of it.')];
    return nodeDetails({
      node: this.#selected,
      graph: this.#graph,
      shapes: this.#shapes(),
      canRun: Boolean(this.#app.current.model),
      goTo: (name) => this.#goTo(name),
      openFunction: (key) => this.#show(key),
      compute: (name) => this.#app.tell('compute-node', name),
    });
  }

  #search() {
    const text = element('graph-search').value;
    this.#matches = this.#graph ? searchNodes(this.#graph, text) : [];
    const boxes = this.#matches.filter(({ folded }) => !folded);
    const constants = this.#matches.length - boxes.length;
    // Constants are in boxes of other nodes. They count only if nothing else matches.
    this.#found = boxes.length > 0 ? boxes : uniqueBy(this.#matches, ({ consumers }) => consumers[0]);
    this.#foundIndex = -1;
    const searching = text.trim() !== '';
    this.#drawing?.mark(
      searching ? new Set(boxes.length > 0 ? names(boxes) : this.#found.flatMap(({ consumers }) => consumers)) : null,
    );
    const parts = [
      (boxes.length > 0 || constants === 0) &&
        `${formatCount(boxes.length)} ${boxes.length === 1 ? 'match' : 'matches'}`,
      constants > 0 && plural(constants, 'constant'),
    ];
    element('search-status').textContent = searching ? parts.filter(Boolean).join(', and ') : '';
    element('search-previous').disabled = element('search-next').disabled = this.#found.length === 0;
    this.#list();
  }

  #next(step) {
    const count = this.#found.length;
    if (count === 0) return;
    this.#foundIndex = (this.#foundIndex + step + count) % count;
    this.#goTo(this.#found[this.#foundIndex].name);
    element('search-status').textContent = `${this.#foundIndex + 1} of ${count}`;
  }

  /** The table of nodes: search results, or all. */
  #list() {
    if (!this.#graph) return;
    const searching = element('graph-search').value.trim() !== '';
    const nodes = searching ? this.#matches : [...this.#graph.nodes.values()].filter(({ folded }) => !folded);
    const shapes = this.#shapes();
    element('node-list-title').textContent = searching
      ? `Nodes found (${nodes.length})`
      : `List of nodes (${nodes.length})`;
    element('node-list').replaceChildren(
      ...nodes.slice(0, MAX_LISTED).map((node) => {
        const shape = outputShapes(node, shapes)[0];
        const choose = () => {
          this.#goTo(node.name);
          element('node-details').scrollIntoView({ block: 'nearest' });
        };
        return make(
          'tr',
          {},
          make('td', {}, make('button', { type: 'button', class: 'plain link', onclick: choose }, node.name)),
          make(
            'td',
            {},
            make('code', {}, node.op),
            node.unsupported && [' ', make('span', { class: 'badge bad' }, UNSUPPORTED)],
          ),
          make('td', {}, make('code', {}, shape ? formatShape(shape) : '')),
        );
      }),
    );
    element('node-list-more').textContent =
      nodes.length > MAX_LISTED ? `The first ${MAX_LISTED} are listed. Search to see others.` : '';
  }
}
