// SPDX-License-Identifier: Apache-2.0
// Cuts a graph where everything goes through one node, as between the blocks of most models. Layouts
// of the parts take far less time than one of the whole, which grows with the square. No DOM.

/** Fewer nodes are not worth a cut. */
const MIN_SEGMENT = 60;

/**
 * An order in which every node comes after its inputs; what closes a loop is left out of account.
 *
 * @param {number} count Of nodes 0 … count - 1.
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
  // Last in, first out: branches are finished one after the other, which makes for short parts.
  const ready = [];
  for (let node = count - 1; node >= 0; --node) if (waiting[node] === 0) ready.push(node);
  for (let unseen = 0; order.length < count; ) {
    let node = ready.pop();
    if (node === undefined) {
      // Only loops are left: begin with the first of them.
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
 * The parts, in order. The last node of one is the first of the next.
 *
 * @returns {{nodes: number[], edges: number[]}[]} edges: indices of those inside the part.
 */
export function cutIntoSegments(count, edges) {
  const order = topologicalOrder(count, edges);
  const place = new Array(count);
  for (const [index, node] of order.entries()) place[node] = index;
  // How far the edges reach that begin at or before each place.
  const reach = new Array(count).fill(0);
  for (const [from, to] of edges) {
    const [first, last] = [place[from], place[to]].sort((a, b) => a - b);
    reach[first] = Math.max(reach[first], last);
  }
  const cuts = [0];
  for (let index = 0, farthest = 0; index + 1 < count; ++index) {
    // No edge passes over this node.
    if (farthest <= index && index - cuts.at(-1) >= MIN_SEGMENT) cuts.push(index);
    farthest = Math.max(farthest, reach[index]);
  }
  const segments = cuts.map((begin, index) => {
    const end = cuts[index + 1] ?? count - 1;
    return { begin, end, nodes: order.slice(begin, end + 1), edges: [] };
  });
  for (const [index, [from, to]] of edges.entries()) {
    const first = Math.min(place[from], place[to]);
    // The last part that begins at or before it.
    const segment = segments.findLast(({ begin }) => begin <= first);
    segment.edges.push(index);
  }
  return segments.map(({ nodes, edges: inside }) => ({ nodes, edges: inside }));
}
