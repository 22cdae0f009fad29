// SPDX-License-Identifier: Apache-2.0
// Computes where the boxes of a graph go, beside the page, which stays responsive.
//
// Takes {id, boxes: [width, height][], edges: [from, to][]} and answers {id, layout} or {id, error}.
import { Graph, layout } from '../../dist/vendor/dagre.js';

/** From here on the exact search for short edges takes too long. */
const LARGE = 600;

function place({ boxes, edges }) {
  const graph = new Graph();
  graph.setGraph({
    rankdir: 'TB',
    nodesep: 26,
    ranksep: 34,
    marginx: 20,
    marginy: 20,
    ranker: boxes.length > LARGE ? 'tight-tree' : 'network-simplex',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [index, [width, height]] of boxes.entries()) graph.setNode(String(index), { width, height });
  for (const [from, to] of edges) graph.setEdge(String(from), String(to));
  layout(graph);
  const { width, height } = graph.graph();
  return {
    width,
    height,
    centers: boxes.map((_, index) => {
      const { x, y } = graph.node(String(index));
      return [x, y];
    }),
    lines: edges.map(([from, to]) => graph.edge(String(from), String(to)).points.map(({ x, y }) => [x, y])),
  };
}

addEventListener('message', ({ data }) => {
  try {
    postMessage({ id: data.id, layout: place(data) });
  } catch (error) {
    postMessage({ id: data.id, error: String(error?.message ?? error) });
  }
});
