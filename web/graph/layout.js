// SPDX-License-Identifier: Apache-2.0
// Layout of a graph: sizes of boxes are computed here, positions in a worker.

const CHARACTER = 8.6;
const SMALL_CHARACTER = 6.8;
const PADDING = 24;
const HEIGHT = 58;
const MAX_NAME = 30;

/** The end of a name, which distinguishes nodes. */
export function shortName(name) {
  const last = name.split('/').at(-1) || name;
  return last.length > MAX_NAME ? `…${last.slice(1 - MAX_NAME)}` : last;
}

/**
 * @typedef {object} Placed
 * @property {{node: import('./topology.js').ViewNode, x: number, y: number, width: number, height: number}[]} boxes x
 *     and y are the center.
 * @property {{from: string, to: string, points: [number, number][]}[]} lines
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {import('./topology.js').ViewGraph} graph
 * @param {AbortSignal} signal Terminates the worker.
 * @returns {Promise<Placed>}
 */
export async function layOut(graph, signal) {
  const nodes = [...graph.nodes.values()].filter(({ folded }) => !folded);
  const numbers = new Map(nodes.map(({ name }, index) => [name, index]));
  const boxes = nodes.map(({ name, op }) => [
    Math.max(96, PADDING + Math.max(op.length * CHARACTER, shortName(name).length * SMALL_CHARACTER)),
    HEIGHT,
  ]);
  const edges = uniqueEdges(nodes, numbers);
  const { centers, lines, width, height } = await compute({ boxes, edges }, signal);
  return {
    boxes: nodes.map((node, index) => ({
      node,
      x: centers[index][0],
      y: centers[index][1],
      width: boxes[index][0],
      height: boxes[index][1],
    })),
    lines: edges.map(([from, to], index) => ({ from: nodes[from].name, to: nodes[to].name, points: lines[index] })),
    width: Math.max(width, 1),
    height: Math.max(height, 1),
  };
}

function uniqueEdges(nodes, numbers) {
  const edges = new Map();
  nodes.forEach(({ inputs }, to) => {
    for (const { name } of inputs) {
      const from = numbers.get(name);
      if (from !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
    }
  });
  return [...edges.values()];
}

function compute(job, signal) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL('./layout-worker.js', import.meta.url), { type: 'module' });
    const end = (settle, value) => {
      worker.terminate();
      signal.removeEventListener('abort', stop);
      settle(value);
    };
    const stop = () => end(reject, signal.reason);
    signal.addEventListener('abort', stop);
    worker.onmessage = ({ data: { layout, error } }) => {
      if (layout) end(resolve, layout);
      else end(reject, new Error(`the layout failed: ${error}`));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(reject, new Error(`the layout could not be computed: ${event.message || 'its worker did not start'}`));
    };
    worker.postMessage(job);
  });
}
