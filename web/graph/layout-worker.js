// SPDX-License-Identifier: Apache-2.0
// Computes the layout of a graph in a worker, so that the page stays responsive.
//
// Takes {boxes: [width, height][], edges: [from, to][]} and answers {layout} or {error}.
import { Graph, layout } from '../../dist/vendor/dagre.js';
import { cutIntoSegments } from './segments.js';

/** For larger graphs, the exact algorithm is too slow. */
const LARGE = 250;
const MARGIN = 20;

function place({ boxes, edges }) {
  const centers = new Array(boxes.length);
  const lines = new Array(edges.length);
  const segments = cutIntoSegments(boxes.length, edges);
  for (const [index, segment] of segments.entries()) {
    const graph = layOutSegment(segment, boxes, edges, {
      isFirst: index === 0,
      isLast: index + 1 === segments.length,
    });
    // The previous segment has placed the first node.
    const start = segment.nodes[0];
    const own = graph.node(String(start));
    const [left, top] = centers[start] ? [centers[start][0] - own.x, centers[start][1] - own.y] : [0, 0];
    for (const node of segment.nodes) {
      const { x, y } = graph.node(String(node));
      centers[node] = [x + left, y + top];
    }
    for (const edge of segment.edges) {
      const [from, to] = edges[edge];
      lines[edge] = graph.edge(String(from), String(to)).points.map(({ x, y }) => [x + left, y + top]);
    }
  }
  return moveToOrigin({ boxes, centers, lines });
}

function layOutSegment({ nodes, edges: inside }, boxes, edges, { isFirst, isLast }) {
  const graph = new Graph();
  const large = nodes.length > LARGE;
  graph.setGraph({
    rankdir: 'TB',
    nodesep: 26,
    ranksep: 34,
    ranker: large ? 'tight-tree' : 'network-simplex',
    disableOptimalOrderHeuristic: nodes.length > 4 * LARGE,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of nodes) graph.setNode(String(node), { width: boxes[node][0], height: boxes[node][1] });
  for (const edge of inside) graph.setEdge(String(edges[edge][0]), String(edges[edge][1]));
  // A node that connects segments must be the lowest in one and the highest in the next.
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (!isFirst) {
    const sources = nodes.filter((node) => node !== first && graph.inEdges(String(node)).length === 0);
    for (const source of sources) graph.setEdge(String(first), String(source));
  }
  if (!isLast) {
    const sinks = nodes.filter((node) => node !== last && graph.outEdges(String(node)).length === 0);
    for (const sink of sinks) graph.setEdge(String(sink), String(last));
  }
  layout(graph);
  return graph;
}

function moveToOrigin({ boxes, centers, lines }) {
  const points = [...centers.map(([x, y], index) => [x, y, boxes[index][0] / 2, boxes[index][1] / 2])];
  for (const line of lines) for (const [x, y] of line) points.push([x, y, 0, 0]);
  const range = (axis) => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) {
      low = Math.min(low, point[axis] - point[axis + 2]);
      high = Math.max(high, point[axis] + point[axis + 2]);
    }
    return points.length > 0 ? [low - MARGIN, high + MARGIN] : [0, 0];
  };
  const [[left, right], [top, bottom]] = [range(0), range(1)];
  const move = ([x, y]) => [x - left, y - top];
  return {
    width: right - left,
    height: bottom - top,
    centers: centers.map(move),
    lines: lines.map((line) => line.map(move)),
  };
}

addEventListener('message', ({ data }) => {
  try {
    postMessage({ layout: place(data) });
  } catch (error) {
    postMessage({ error: String(error?.message ?? error) });
  }
});
