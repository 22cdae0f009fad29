// SPDX-License-Identifier: Apache-2.0
// Random changes of a model's parts: graph, functions, attributes, signature, weights.

const NUMBERS = [0, 1, 2, 3, -1, -2, 4, 7, 8, 16, 64, 255, 65536, 2 ** 24, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53];
const FLOATS = [0, 1, -1, 0.5, 1e-30, 1e30, 'NaN', 'Infinity', '-Infinity'];
const TYPES = ['DT_FLOAT', 'DT_INT32', 'DT_BOOL', 'DT_STRING', 'DT_COMPLEX64', 'DT_RESOURCE', 'DT_VARIANT', 'DT_INT64'];
const STRINGS = [
  'SAME',
  'VALID',
  'EXPLICIT',
  'NCHW',
  'NHWC',
  'Relu',
  'BiasAdd',
  '',
  'constructor',
  '__proto__',
  '\u00e9',
];
const DTYPES = ['float32', 'int32', 'bool', 'string', 'complex64', '__proto__'];
const NAMES = ['__proto__', 'constructor', 'x', '', '^x', 'x:0', 'x:99', 'a/b'];
const JUNK = [null, [], {}, -1, 1e308, '', 'x', true, [null], { __proto__: null, list: {} }];

const base64 = (text) => Buffer.from(text).toString('base64');
const shapeProto = (random) => ({
  dim: Array.from({ length: random.below(6) }, () => ({ size: String(random.of(NUMBERS)) })),
});

/** A random attribute value. */
function attrValue(random) {
  const list = (make) => ({ list: make(Array.from({ length: random.below(6) })) });
  return random.of([
    () => ({ i: String(random.of(NUMBERS)) }),
    () => ({ f: random.of(FLOATS) }),
    () => ({ b: random.chance(0.5) }),
    () => ({ s: base64(random.of(STRINGS)) }),
    () => ({ type: random.of(TYPES) }),
    () => ({ shape: random.chance(0.3) ? { unknownRank: true } : shapeProto(random) }),
    () => list((items) => ({ i: items.map(() => String(random.of(NUMBERS))) })),
    () => list((items) => ({ s: items.map(() => base64(random.of(STRINGS))) })),
    () => list((items) => ({ type: items.map(() => random.of(TYPES)) })),
    () => ({ tensor: { dtype: random.of(TYPES), tensorShape: shapeProto(random), intVal: [random.of(NUMBERS)] } }),
  ])();
}

/** The lists of nodes: of the main graph, of the initializer, and of each function. */
function nodeLists({ modelTopology, modelInitializer }) {
  const graphs = [modelTopology, modelInitializer].filter(Boolean);
  return graphs.flatMap(({ node, library }) => [node, ...(library?.function ?? []).map(({ nodeDef }) => nodeDef)]);
}

/** Mutators of a graph. `at`: {nodes, node, random, donors, artifacts}. */
const GRAPH = [
  ({ nodes, node }) => nodes.splice(nodes.indexOf(node), 1),
  ({ nodes, node, random }) =>
    nodes.push({ ...structuredClone(node), name: random.chance(0.8) ? `${node.name}_2` : node.name }),
  ({ node, random, ...at }) => setInput(node, random, anyInput(at.nodes, random)),
  ({ node, random, ...at }) => setInput(node, random, anyInput(at.nodes, random)),
  ({ node, random }) => node.input?.splice(random.below(node.input.length), 1),
  ({ node, nodes, random }) => {
    node.input = [...(node.input ?? []), anyInput(nodes, random)];
  },
  ({ node, random }) => node.input?.reverse() ?? random,
  ({ node, nodes, random }) => {
    node.op = random.of(nodes).op;
  },
  ({ node, random, donors }) => {
    node.op = random.of(random.of(nodeLists(random.of(donors).artifacts)))?.op ?? 'NoOp';
  },
  ({ node, random }) => dropKey(node.attr, random),
  ({ node, random }) => changeAttr(node, random),
  ({ node, random }) => changeAttr(node, random),
  ({ node, nodes, random }) => Object.assign(node.attr ?? {}, structuredClone(random.of(nodes).attr)),
  ({ nodes, random, donors }) => {
    const donor = random.of(random.of(nodeLists(random.of(donors).artifacts)) ?? []);
    if (!donor) return;
    const copy = structuredClone(donor);
    copy.input = (copy.input ?? []).map(() => anyInput(nodes, random));
    nodes.push(copy);
    setInput(random.of(nodes), random, copy.name);
  },
  // A value that is fed, or read, in between.
  ({ node, random }) => {
    node.op = random.of(['Identity', 'Enter', 'Exit', 'NextIteration', 'Merge', 'Switch', 'LoopCond', 'Placeholder']);
  },
  ({ node, random }) => {
    node.name = random.of(NAMES);
  },
  ({ artifacts, random }) => changeFunction(artifacts, random),
  ({ artifacts, random }) => changeFunction(artifacts, random),
  ({ artifacts, random }) => changeSignature(artifacts, random),
  ({ artifacts, random }) => changeJson(artifacts.modelTopology, random),
];

function anyInput(nodes, random) {
  const { name } = random.of(nodes) ?? { name: 'x' };
  return random.of([name, name, name, `${name}:${random.below(3)}`, `^${name}`, `${name}:output:0`]);
}

function setInput(node, random, input) {
  if (node?.input?.length > 0) node.input[random.below(node.input.length)] = input;
}

function dropKey(object, random) {
  const keys = Object.keys(object ?? {});
  if (keys.length > 0) delete object[random.of(keys)];
}

function changeAttr(node, random) {
  node.attr ??= {};
  const name = random.of(Object.keys(node.attr)) ?? 'T';
  const old = node.attr[name];
  const list = old?.list && Object.values(old.list)[0];
  if (Array.isArray(list) && list.length > 0 && random.chance(0.5)) {
    list[random.below(list.length)] = typeof list[0] === 'string' ? String(random.of(NUMBERS)) : random.of(JUNK);
  } else if (old?.tensor && random.chance(0.7)) {
    old.tensor = { ...old.tensor, ...random.of([{ tensorShape: shapeProto(random) }, { dtype: random.of(TYPES) }]) };
  } else {
    node.attr[name] = attrValue(random);
  }
}

function changeFunction({ modelTopology }, random) {
  const functions = modelTopology.library?.function ?? [];
  const one = random.of(functions);
  if (!one?.signature) return;
  random.of([
    () => functions.splice(functions.indexOf(one), 1),
    () => {
      one.signature.name = random.of(functions).signature.name;
    },
    () => one.signature.inputArg?.splice(random.below(4), 1),
    () => one.signature.outputArg?.reverse(),
    () => dropKey(one.ret, random),
    () => {
      const key = random.of(Object.keys(one.ret ?? {}));
      if (key !== undefined) one.ret[key] = anyInput(one.nodeDef ?? [], random);
    },
    () => {
      one.nodeDef = structuredClone(random.of(functions).nodeDef);
    },
  ])();
}

function changeSignature(artifacts, random) {
  const side = artifacts.signature?.[random.of(['inputs', 'outputs'])];
  const key = random.of(Object.keys(side ?? {}));
  if (key === undefined) return;
  random.of([
    () => delete side[key],
    () => {
      side[key].name = anyInput(artifacts.modelTopology.node, random);
    },
    () => Object.defineProperty(side, random.of(NAMES), { value: side[key], enumerable: true, configurable: true }),
    () => {
      side[key].dtype = random.of(TYPES);
    },
  ])();
}

/** Replaces a random member somewhere below. */
function changeJson(value, random) {
  for (let at = value, depth = 0; at && typeof at === 'object'; ++depth) {
    const key = random.of(Object.keys(at));
    if (key === undefined) return;
    const isLeaf = typeof at[key] !== 'object' || at[key] === null;
    if (isLeaf || random.chance(depth / 8)) {
      at[key] = random.of(JUNK);
      return;
    }
    at = at[key];
  }
}

/** Mutators of weights. `at`: {artifacts, random, spec}. */
const WEIGHTS = [
  ({ spec, random }) => {
    spec.shape = Array.from({ length: random.below(6) }, () => random.of(NUMBERS));
  },
  ({ spec, random }) => {
    if (spec.shape?.length > 0) spec.shape[random.below(spec.shape.length)] = random.of(NUMBERS);
  },
  ({ spec, random }) => {
    spec.dtype = random.of(DTYPES);
  },
  ({ spec, random }) => {
    spec.name = random.of(NAMES);
  },
  ({ spec, random }) => {
    const dtype = random.of(['uint8', 'uint16', 'float16', '__proto__']);
    spec.quantization = { dtype, scale: random.of(FLOATS), min: random.of(FLOATS) };
  },
  ({ artifacts, spec }) => artifacts.weightSpecs.push(structuredClone(spec)),
  ({ artifacts, spec }) => artifacts.weightSpecs.splice(artifacts.weightSpecs.indexOf(spec), 1),
  ({ artifacts, random }) => changeBytes(artifacts, random),
  ({ artifacts, random }) => changeBytes(artifacts, random),
  ({ artifacts, random }) => changeBytes(artifacts, random),
  ({ artifacts, random }) => {
    const { byteLength } = artifacts.weightData;
    artifacts.weightData = artifacts.weightData.slice(0, random.below(byteLength));
  },
];

function changeBytes(artifacts, random) {
  const view = new DataView(artifacts.weightData.slice());
  artifacts.weightData = view.buffer;
  if (view.byteLength < 4) return;
  for (let i = random.below(8); i >= 0; --i) {
    const at = random.below(view.byteLength - 3);
    if (random.chance(0.3)) view.setUint8(at, random.below(256));
    else if (random.chance(0.5)) view.setInt32(at - (at % 4), random.of(NUMBERS) | 0, true);
    else view.setFloat32(at - (at % 4), Number(random.of(FLOATS)), true);
  }
}

/** A mutant of one of the models. */
export function mutate(models, random) {
  const { name, artifacts: original } = random.of(models);
  const { weightData, ...parts } = original;
  const artifacts = { ...structuredClone(parts), weightData };
  const count = 1 + Math.floor(4 * random.next() ** 3);
  for (let i = 0; i < count; ++i) {
    try {
      mutateOnce(artifacts, models, random);
    } catch (error) {
      // An earlier mutation may have replaced a list by something else.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return { name, artifacts };
}

function mutateOnce(artifacts, donors, random) {
  const spec = random.of(artifacts.weightSpecs ?? []);
  if (spec && random.chance(0.25)) {
    random.of(WEIGHTS)({ artifacts, random, spec });
    return;
  }
  const nodes = random.of(nodeLists(artifacts));
  const node = random.of(nodes ?? []);
  if (node) random.of(GRAPH)({ nodes, node, random, donors, artifacts });
}
