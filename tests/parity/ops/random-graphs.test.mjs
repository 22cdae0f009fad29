// SPDX-License-Identifier: Apache-2.0
// Random graphs of common ops, with fixed seeds, compared with TensorFlow.js. Fusion, the shared arena and in-place
// steps must not change results.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { missing } from '../../prerequisites.mjs';
import { attr, f32, f32In, i32 } from './case.mjs';
import { checkCase } from './check-case.mjs';
import { Choices, shrunk } from './choices.mjs';
import { startCore } from './core.mjs';
import { startOracle } from './oracle.mjs';

const GRAPHS = 300;
const UNARY = ['Relu', 'Relu6', 'Neg', 'Abs', 'Tanh', 'Sigmoid', 'Elu', 'Square', 'Identity', 'Softplus'];
const BINARY = ['AddV2', 'Sub', 'Mul', 'Maximum', 'Minimum', 'SquaredDifference'];

const isSame = (a, b) => a.length === b.length && a.every((size, axis) => size === b[axis]);
const broadcastsTo = (small, large) =>
  small.length <= large.length &&
  small.every((size, i) => size === 1 || size === large[large.length - small.length + i]);
const count = (shape) => shape.reduce((product, size) => product * size, 1);

/** The graph under construction: its values by name and shape. */
class GraphBuilder {
  inputs = [];
  nodes = [];
  values = [];

  constructor(choices) {
    this.choices = choices;
    const rank = choices.of([1, 2, 3, 4, 4]);
    const shape = Array.from({ length: rank }, () => choices.int(1, 5));
    for (let i = choices.int(1, 2); i > 0; --i) this.values.push(this.input(f32(shape, choices.seed())));
  }

  /** A new input of the case. */
  input(tensor) {
    this.inputs.push(tensor);
    return { name: `x${this.inputs.length - 1}`, shape: tensor.shape };
  }

  constant(tensor) {
    return this.input({ ...tensor, constant: true });
  }

  ints(...values) {
    return this.constant(i32([values.length], values));
  }

  add(op, inputs, shape, attrs = {}) {
    const name = `n${this.nodes.length}`;
    this.nodes.push({ name, op, input: inputs.map((value) => value.name), attr: attrs });
    this.values.push({ name, shape });
  }

  /** A random value, preferring late ones. */
  anyValue() {
    const { values, choices } = this;
    return choices.flip() ? values[values.length - 1] : choices.of(values);
  }

  /** A value or constant that broadcasts to the shape. */
  operand(shape) {
    const fitting = this.values.filter((value) => broadcastsTo(value.shape, shape));
    if (fitting.length > 0 && this.choices.flip()) return this.choices.of(fitting);
    return this.constant(f32(shrunk(this.choices, shape), this.choices.seed()));
  }
}

const STEPS = {
  unary: (graph, x) => graph.add(graph.choices.of(UNARY), [x], x.shape),
  binary(graph, x) {
    const operands = [x, graph.operand(x.shape)];
    graph.add(graph.choices.of(BINARY), graph.choices.flip() ? operands : operands.reverse(), x.shape);
  },
  neutral(graph, x) {
    const [op, value] = graph.choices.of([
      ['AddV2', 0],
      ['Mul', 1],
      ['Sub', 0],
      ['RealDiv', 1],
    ]);
    graph.add(op, [x, graph.constant(f32([], [value]))], x.shape);
  },
  clamp(graph, x) {
    const name = `n${graph.nodes.length}`;
    graph.add('Minimum', [x, graph.constant(f32([], [1.5]))], x.shape);
    graph.add('Maximum', [{ name }, graph.constant(f32([], [graph.choices.of([0, -1])]))], x.shape);
  },
  bias(graph, x) {
    if (x.shape.length < 2) return;
    graph.add('BiasAdd', [x, graph.constant(f32([x.shape.at(-1)], graph.choices.seed()))], x.shape);
  },
  reduce(graph, x) {
    if (x.shape.length === 0) return;
    const axes = graph.choices.axes(x.shape.length);
    const reduced = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
    const shape = x.shape.map((size, axis) => (reduced.includes(axis) ? 1 : size));
    graph.add(graph.choices.of(['Mean', 'Max', 'Min']), [x, graph.ints(...axes)], shape, {
      keep_dims: attr.bool(true),
    });
  },
  transpose(graph, x) {
    const order = graph.choices.shuffled([...x.shape.keys()]);
    graph.add(
      'Transpose',
      [x, graph.ints(...order)],
      order.map((axis) => x.shape[axis]),
    );
  },
  reshape(graph, x) {
    const shape = graph.choices.of([[count(x.shape)], [1, ...x.shape].slice(-6), [...x.shape].reverse()]);
    if (count(shape) === count(x.shape)) graph.add('Reshape', [x, graph.ints(...shape)], shape);
  },
  concat(graph, x) {
    if (x.shape.length === 0) return;
    const axis = graph.choices.int(0, x.shape.length - 1);
    const other = graph.choices.of(graph.values.filter(({ shape }) => isSame(shape, x.shape)));
    const shape = x.shape.with(axis, 2 * x.shape[axis]);
    if (count(shape) > 4000) return;
    graph.add('ConcatV2', [x, other, graph.constant(i32([], [axis]))], shape, { N: attr.int(2) });
  },
  slice(graph, x) {
    const begin = x.shape.map((size) => graph.choices.int(0, size - 1));
    const shape = x.shape.map((size, axis) => graph.choices.int(1, size - begin[axis]));
    if (x.shape.length > 0) graph.add('Slice', [x, graph.ints(...begin), graph.ints(...shape)], shape);
  },
  pad(graph, x) {
    const margins = x.shape.map(() => [graph.choices.int(0, 1), graph.choices.int(0, 2)]);
    const shape = x.shape.map((size, axis) => size + margins[axis][0] + margins[axis][1]);
    if (x.shape.length === 0 || count(shape) > 4000) return;
    graph.add('Pad', [x, graph.constant(i32([x.shape.length, 2], margins.flat()))], shape);
  },
  matMul(graph, x) {
    if (x.shape.length !== 2) return;
    const columns = graph.choices.int(1, 6);
    const weights = graph.constant(f32([x.shape[1], columns], graph.choices.seed()));
    graph.add('MatMul', [x, weights], [x.shape[0], columns], {
      transpose_a: attr.bool(false),
      transpose_b: attr.bool(false),
    });
  },
  conv2d(graph, x) {
    if (x.shape.length !== 4) return;
    const filters = graph.choices.int(1, 5);
    const size = graph.choices.of([1, 3]);
    const filter = graph.constant(f32([size, size, x.shape[3], filters], graph.choices.seed()));
    graph.add('Conv2D', [x, filter], x.shape.with(3, filters), windowAttrs());
  },
  depthwise(graph, x) {
    if (x.shape.length !== 4) return;
    const filter = graph.constant(f32([3, 3, x.shape[3], 1], graph.choices.seed()));
    graph.add('DepthwiseConv2dNative', [x, filter], x.shape, windowAttrs());
  },
  batchNorm(graph, x) {
    if (x.shape.length !== 4) return;
    const channels = [x.shape[3]];
    const statistics = [1, 2, 3].map(() => graph.constant(f32(channels, graph.choices.seed())));
    const variance = graph.constant(f32In(channels, 0.5, 2, graph.choices.seed()));
    graph.add('FusedBatchNormV3', [x, ...statistics, variance], x.shape, { epsilon: attr.float(0.001) });
  },
  pool(graph, x) {
    if (x.shape.length !== 4) return;
    graph.add(graph.choices.of(['MaxPool', 'AvgPool']), [x], x.shape, {
      ...windowAttrs(),
      ksize: attr.ints(1, 2, 2, 1),
    });
  },
};
const STEP_LIST = Object.values(STEPS);

function windowAttrs() {
  return { padding: attr.string('SAME'), strides: attr.ints(1, 1, 1, 1), dilations: attr.ints(1, 1, 1, 1) };
}

function randomGraph(seed) {
  const choices = new Choices(seed);
  const graph = new GraphBuilder(choices);
  for (let i = choices.int(2, 10); i > 0; --i) {
    choices.of(STEP_LIST)(graph, graph.anyValue());
    // Keeps numbers in a range where float32 is precise enough.
    if (choices.int(0, 3) === 0) STEPS.unary(graph, graph.values.at(-1));
    graph.add('Tanh', [graph.values.at(-1)], graph.values.at(-1).shape);
  }
  const fetches = new Set([graph.nodes.at(-1).name]);
  for (let i = choices.int(0, 2); i > 0; --i) fetches.add(choices.of(graph.nodes).name);
  const { inputs, nodes } = graph;
  return { op: 'graph', nodes, inputs, fetches: [...fetches], tolerance: { relative: 1e-3, absolute: 1e-3 } };
}

describe('random graphs', { skip: missing('dist', 'tfjs') }, () => {
  let core;
  let oracle;
  before(async () => {
    [core, oracle] = await Promise.all([startCore(), startOracle()]);
  });

  test(`${GRAPHS} of them`, async () => {
    const failures = [];
    for (let seed = 0; seed < GRAPHS; ++seed) {
      const testCase = randomGraph(seed);
      const wrong = await checkCase(core, oracle, testCase);
      if (wrong) failures.push(`${seed}: ${testCase.nodes.map(({ op }) => op).join(' ')}: ${wrong}`);
    }
    assert.ok(failures.length === 0, `${failures.length} graphs differ\n${failures.join('\n')}`);
  });
});
