// SPDX-License-Identifier: Apache-2.0
// Splits a graph at nodes that all paths go through, as between the blocks of most models. Layout time is quadratic, so
// segments are much faster than the whole. No DOM.

/** The minimum size of a segment. */
const MIN_SEGMENT = 60;

/**
 * A topological order. Ignores back edges of loops.
 *
 * @param {number} count The number of nodes; they are numbered from 0.
 * @param {readonly number[][]} edges [from, to]
 * @returns {number[]} nodes
 */
export function topologicalOrder(count, edges) {
  const next = Array.from({ length: count }, () => []);
  const waiting = new Array(count).fill(0);
  for (const [from, to] of edges) {
    next[from].push(to);
    ++waiting[to];
  }
  const done = new Array(count).fill(false);
  const order = [];
  // A stack: finishes one branch before the next, which gives shorter segments.
  const ready = [];
  for (let node = count - 1; node >= 0; --node) if (waiting[node] === 0) ready.push(node);
  for (let unseen = 0; order.length < count; ) {
    let node = ready.pop();
    if (node === undefined) {
      // Only loops are left: continue with the first of their nodes.
      while (done[unseen]) ++unseen;
      node = unseen;
    }
    if (done[node]) continue;
    done[node] = true;
    order.push(node);
    for (const to of next[node]) if (--waiting[to] === 0 && !done[to]) ready.push(to);
  }
  return order;
}

/**
 * The segments in order. The last node of one is the first of the next.
 *
 * @returns {{nodes: number[], edges: number[]}[]} edges: indices of the edges inside the segment.
 */
export function cutIntoSegments(count, edges) {
  const order = topologicalOrder(count, edges);
  const place = new Array(count);
  for (const [index, node] of order.entries()) place[node] = index;
  // The farthest target of edges that start at or before each position.
  const reach = new Array(count).fill(0);
  for (const [from, to] of edges) {
    const [first, last] = [place[from], place[to]].sort((a, b) => a - b);
    reach[first] = Math.max(reach[first], last);
  }
  const cuts = [0];
  for (let index = 0, farthest = 0; index + 1 < count; ++index) {
    // No edge bypasses this node.
    if (farthest <= index && index - cuts.at(-1) >= MIN_SEGMENT) cuts.push(index);
    farthest = Math.max(farthest, reach[index]);
  }
  const segments = cuts.map((begin, index) => {
    const end = cuts[index + 1] ?? count - 1;
    return { begin, end, nodes: order.slice(begin, end + 1), edges: [] };
  });
  for (const [index, [from, to]] of edges.entries()) {
    const first = Math.min(place[from], place[to]);
    // The last segment that starts at or before it.
    const segment = segments.findLast(({ begin }) => begin <= first);
    segment.edges.push(index);
  }
  return segments.map(({ nodes, edges: inside }) => ({ nodes, edges: inside }));
}
