// SPDX-License-Identifier: Apache-2.0
// Converts a GraphDef for display: constants are shown inside their consumers. No DOM.

/**
 * @typedef {object} Edge
 * @property {string} name The node that it comes from.
 * @property {number} output The output index of that node.
 * @property {boolean} control Whether it is a control input.
 * @property {ViewNode} [constant] The constant that it comes from, if that has no box.
 *
 * @typedef {object} ViewNode
 * @property {string} name
 * @property {string} op
 * @property {Category} category
 * @property {Edge[]} inputs
 * @property {string[]} consumers Names of the nodes that use it.
 * @property {object} attributes As in the GraphDef.
 * @property {boolean} folded Whether it is shown inside its consumers.
 * @property {boolean} unsupported Whether the library lacks its op.
 * @property {string} text Lower-case text for the search.
 *
 * @typedef {{key: string, title: string, nodes: Map<string, ViewNode>}} ViewGraph
 * @typedef {'input' | 'heavy' | 'activation' | 'shape' | 'control' | 'other'} Category
 */

/** What the view says of nodes that the library cannot run. The search finds these words, too. */
export const UNSUPPORTED = 'not supported';

/** The first pattern that matches the op decides. */
const CATEGORIES = [
  ['input', /^(Placeholder|_?Arg$|Input$|Output$|_?Retval$)/],
  ['heavy', /Conv|MatMul|Einsum|^_?Fused(Conv|Mat)/],
  ['control', /^(Stateless)?(If|While|Case)$|^(Ref)?(Switch|Merge|Enter|Exit|NextIteration)$|LoopCond|PartitionedCall/],
  ['activation', /Relu|Elu|Selu|Sigmoid|Tanh|Softmax|Softplus|Softsign|Swish|Prelu|Gelu|Erf$/i],
  [
    'shape',
    /Reshape|Transpose|Concat|Slice|Pad|Squeeze|ExpandDims|Pack|Unpack|Gather|Scatter|Split|Tile|Cast|Identity|Shape|Reverse|Broadcast|DepthToSpace|SpaceToDepth|BatchTo|ToBatch|^Size$|^Rank$|Fill|Range|Const/,
  ],
];

/** The names of the categories, in the order of the legend. */
export const CATEGORY_NAMES = {
  input: 'input, output',
  heavy: 'convolution, matrix product',
  activation: 'activation',
  other: 'arithmetic',
  shape: 'shape, data movement',
  control: 'control flow',
};

function categoryOf(op) {
  return CATEGORIES.find(([, pattern]) => pattern.test(op))?.[0] ?? 'other';
}

/** "^node", "node", "node:1", "node:output:0" */
function parseInput(text) {
  const control = text.startsWith('^');
  const [name, ...rest] = (control ? text.slice(1) : text).split(':');
  const output = Number(rest.at(-1) ?? 0);
  return { name, output: Number.isInteger(output) ? output : 0, control };
}

/**
 * The graph of a model, and those of its functions.
 *
 * @param {object | undefined} topology
 * @param {ReadonlySet<string>} [unsupported] Names of ops that the library lacks.
 * @returns {ViewGraph[]} the main graph first, with the key ''.
 */
export function readGraphs(topology, unsupported = new Set()) {
  const functions = Array.isArray(topology?.library?.function) ? topology.library.function : [];
  return [
    { key: '', title: 'Main graph', nodes: link(topology?.node ?? [], unsupported) },
    ...functions.map((definition) => {
      const name = definition.signature?.name ?? 'function';
      return { key: name, title: `Function ${name}`, nodes: link(functionNodes(definition), unsupported) };
    }),
  ];
}

/** The nodes of a function, with additional nodes for its arguments and results. */
function functionNodes({ signature, nodeDef = [], ret = {} }) {
  const inputs = (signature?.inputArg ?? []).map(({ name, type }) => ({
    name,
    op: 'Input',
    attr: type ? { dtype: { type } } : {},
  }));
  // A result may have the name of its node.
  const outputs = Object.entries(ret).map(([name, from]) => ({
    name: `${name} (result)`,
    op: 'Output',
    input: [from],
  }));
  return [...inputs, ...nodeDef, ...outputs];
}

function link(definitions, unsupported) {
  const nodes = new Map();
  for (const { name, op, input, attr } of definitions) {
    nodes.set(String(name), {
      name: String(name),
      op: String(op),
      category: categoryOf(String(op)),
      inputs: (Array.isArray(input) ? input : []).map((text) => parseInput(String(text))),
      consumers: [],
      attributes: attr ?? {},
      folded: false,
      unsupported: unsupported.has(op),
      text: `${name} ${op} ${unsupported.has(op) ? UNSUPPORTED : ''}`.toLowerCase(),
    });
  }
  foldConstants(nodes);
  for (const node of nodes.values()) {
    for (const edge of node.inputs) {
      const from = nodes.get(edge.name);
      if (!from) continue;
      from.consumers.push(node.name);
      if (from.folded) edge.constant = from;
    }
  }
  // Constants without consumers would not be shown.
  for (const node of nodes.values()) if (node.folded && node.consumers.length === 0) node.folded = false;
  return nodes;
}

/** Folds constants, and nodes that only pass one on. */
function foldConstants(nodes) {
  const passing = [];
  for (const node of nodes.values()) {
    if (node.op === 'Const') node.folded = true;
    else if (/^(Identity|ReadVariableOp|Cast)$/.test(node.op) && node.inputs.length === 1) passing.push(node);
  }
  for (let before = -1, count = 0; before !== count; ) {
    before = count;
    count = 0;
    for (const node of passing) {
      const from = nodes.get(node.inputs[0].name);
      // If it is an output of the model, it has no consumer and keeps its box.
      if (from?.folded) node.folded = true;
      if (node.folded) ++count;
    }
  }
}

/** The functions that a node calls: If, While, PartitionedCall and similar ops. */
export function calledFunctions({ attributes }) {
  return Object.entries(attributes).flatMap(([attribute, value]) => {
    const functions = [value?.func, ...(value?.list?.func ?? [])].filter((func) => func?.name);
    return functions.map(({ name }) => ({ attribute, name }));
  });
}

/**
 * The nodes that match a search by name or op: exact names first, then ops, then other names; folded constants last.
 *
 * @returns {ViewNode[]}
 */
export function searchNodes(graph, text) {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const rank = ({ op, name, folded }) => {
    if (op.toLowerCase() === wanted || name.toLowerCase() === wanted) return 0;
    if (folded) return 3;
    return op.toLowerCase().includes(wanted) ? 1 : 2;
  };
  return [...graph.nodes.values()].filter((node) => node.text.includes(wanted)).sort((a, b) => rank(a) - rank(b));
}
