// SPDX-License-Identifier: Apache-2.0
// Recurrent layers as loops of ops that TensorFlow.js has. tfwasm has one op for a whole sequence: src/ops/recurrent.h
// describes its inputs, outputs and attributes, src/kernels/recurrent_activation.cc the activations.
import { check } from '../../core/errors.js';
import {
  func,
  type GraphFunction,
  type GraphNode,
  GraphParts,
  int,
  type,
  typeName,
  types,
  type GraphType,
} from './graph-parts.js';

type Cell = 'lstm' | 'gru' | 'simple';

const CELLS: { [op: string]: Cell } = { _LstmSequence: 'lstm', _GruSequence: 'gru', _SimpleRnnSequence: 'simple' };

/** Replaces the nodes of recurrent layers in a graph by loops. `results`: tensors of the graph, some of these nodes. */
export function makeLoops(
  graph: GraphParts,
  results: readonly string[],
): { functions: GraphFunction[]; results: string[] } {
  const functions: GraphFunction[] = [];
  const outputs = new Map<string, string>();
  const nodes = graph.nodes.splice(0);
  for (const node of nodes) {
    const read = node.input?.map((input) => outputs.get(input) ?? input);
    const cell = CELLS[node.op];
    const given = { ...node, ...(read && { input: read }) };
    if (cell) functions.push(...new Loop(graph, given, cell).write(outputs));
    else graph.nodes.push(given);
  }
  return { functions, results: results.map((result) => outputs.get(result) ?? result) };
}

/** Calculates in a graph of float32. Names of nodes start with a prefix. */
class Formulas {
  readonly parts: GraphParts;
  readonly #prefix: string;

  constructor(parts: GraphParts, prefix: string) {
    this.parts = parts;
    this.#prefix = prefix;
  }

  op(op: string, ...input: string[]): string {
    return this.parts.add(`${this.#prefix}/${op}`, op, input);
  }
  with(op: string, attr: GraphNode['attr'], ...input: string[]): string {
    return this.parts.add(`${this.#prefix}/${op}`, op, input, attr);
  }
  number(value: number): string {
    return this.parts.constant(`${this.#prefix}/Const`, 'float32', [], [value]);
  }
  ints(...values: number[]): string {
    return this.parts.constant(`${this.#prefix}/Const`, 'int32', [values.length], values);
  }
  int(value: number): string {
    return this.parts.constant(`${this.#prefix}/Const`, 'int32', [], [value]);
  }
  add = (a: string, b: string) => this.op('AddV2', a, b);
  mul = (a: string, b: string) => this.op('Mul', a, b);
  scale = (x: string, factor: number) => this.mul(x, this.number(factor));
  matMul = (a: string, b: string) =>
    this.with('MatMul', { T: type('float32'), transpose_a: { b: false }, transpose_b: { b: false } }, a, b);
  clip = (x: string, low: number, high: number) =>
    this.op('Minimum', this.op('Maximum', x, this.number(low)), this.number(high));

  /** The parts of [N, count * units] along its second axis. */
  split(x: string, count: number): string[] {
    if (count === 1) return [x];
    const name = this.with('Split', { T: type('float32'), num_split: int(count) }, this.int(1), x);
    return Array.from({ length: count }, (_, i) => `${name}:output:${i}`);
  }
  /** The step at `position` of [N, T, ...]. */
  step(x: string, position: string, dtype: GraphType): string {
    const attr = { Tparams: type(dtype), Tindices: type('int32'), Taxis: type('int32'), batch_dims: int(0) };
    return this.with('GatherV2', attr, x, position, this.int(1));
  }
  select(condition: string, a: string, b: string): string {
    return this.op('SelectV2', condition, a, b);
  }
}

/** Of Keras, by name. */
const ACTIVATIONS: { [name: string]: (f: Formulas, x: string) => string } = {
  linear: (_f, x) => x,
  tanh: (f, x) => f.op('Tanh', x),
  sigmoid: (f, x) => f.op('Sigmoid', x),
  hard_sigmoid: (f, x) => f.scale(f.op('Relu6', f.add(x, f.number(3))), 1 / 6),
  hard_sigmoid_keras2: (f, x) => f.clip(f.add(f.scale(x, 0.2), f.number(0.5)), 0, 1),
  hard_tanh: (f, x) => f.clip(x, -1, 1),
  relu: (f, x) => f.op('Relu', x),
  relu6: (f, x) => f.op('Relu6', x),
  leaky_relu: (f, x) => f.with('LeakyRelu', { T: type('float32'), alpha: { f: 0.2 } }, x),
  elu: (f, x) => f.op('Elu', x),
  selu: (f, x) => f.op('Selu', x),
  exponential: (f, x) => f.op('Exp', x),
  softplus: (f, x) => f.op('Softplus', x),
  log_sigmoid: (f, x) => f.op('Neg', f.op('Softplus', f.op('Neg', x))),
  softsign: (f, x) => f.op('RealDiv', x, f.add(f.op('Abs', x), f.number(1))),
  silu: (f, x) => f.mul(x, f.op('Sigmoid', x)),
  hard_silu: (f, x) => f.mul(x, f.scale(f.op('Relu6', f.add(x, f.number(3))), 1 / 6)),
  mish: (f, x) => f.mul(x, f.op('Tanh', f.op('Softplus', x))),
  gelu: (f, x) => f.mul(f.scale(x, 0.5), f.add(f.op('Erf', f.scale(x, Math.SQRT1_2)), f.number(1))),
  gelu_new: (f, x) => {
    const cubic = f.scale(f.mul(f.mul(x, x), x), 0.044715);
    const inner = f.op('Tanh', f.scale(f.add(x, cubic), Math.sqrt(2 / Math.PI)));
    return f.mul(f.scale(x, 0.5), f.add(inner, f.number(1)));
  },
};
const SYNONYMS: { [name: string]: string } = { swish: 'silu', hard_swish: 'hard_silu' };

/** What a loop carries: its values at the start, by the names of arguments. */
type Carried = Map<string, { value: string; dtype: GraphType }>;

class Loop {
  readonly #graph: GraphParts;
  readonly #node: GraphNode;
  readonly #cell: Cell;
  readonly #given: Formulas;

  constructor(graph: GraphParts, node: GraphNode, cell: Cell) {
    this.#graph = graph;
    this.#node = node;
    this.#cell = cell;
    this.#given = new Formulas(graph, node.name);
  }

  /** Adds the loop to the graph, and what stands for the outputs of the node to `outputs`. */
  write(outputs: Map<string, string>): GraphFunction[] {
    const { name } = this.#node;
    const carried = this.#carried();
    const args = [...carried].map(([arg, { dtype }]) => ({ name: arg, type: typeName(dtype) }));
    const functionName = name.replace(/[^A-Za-z0-9]+/g, '_');
    const [condition, body] = [`${functionName}_cond`, `${functionName}_body`];
    const loop = this.#graph.add(
      name,
      'StatelessWhile',
      [...carried.values()].map(({ value }) => value),
      {
        T: types([...carried.values()].map(({ dtype }) => dtype)),
        cond: func(condition),
        body: func(body),
      },
    );
    const result = (arg: string) => {
      const index = [...carried.keys()].indexOf(arg);
      return index === 0 ? loop : `${loop}:${index}`;
    };
    const f = this.#given;
    const listed = f.with('TensorListStack', LIST, result('list'), f.ints(-1, this.#units()));
    outputs.set(name, f.with('Transpose', { T: type('float32'), Tperm: type('int32') }, listed, f.ints(1, 0, 2)));
    outputs.set(`${name}:1`, result('h'));
    if (this.#cell === 'lstm') outputs.set(`${name}:2`, result('c'));
    return [this.#condition(condition, args), this.#body(body, args)];
  }

  #has(attr: string): boolean {
    return this.#node.attr?.[attr]?.['b'] === true;
  }

  #carried(): Carried {
    const [z, kernel, h, ...rest] = this.#node.input as [string, string, string, ...string[]];
    const f = this.#given;
    const sizes = f.with('Shape', { T: type('float32'), out_type: type('int32') }, z);
    const steps = f.with(
      'StridedSlice',
      { T: type('int32'), Index: type('int32'), shrink_axis_mask: int(1) },
      sizes,
      f.ints(1),
      f.ints(2),
      f.ints(1),
    );
    const list = f.with('TensorListReserve', LIST, f.ints(-1, this.#units()), steps);
    const carried: Carried = new Map([
      ['time', { value: f.int(0), dtype: 'int32' }],
      ['steps', { value: steps, dtype: 'int32' }],
      ['list', { value: list, dtype: 'variant' }],
      ['h', { value: h, dtype: 'float32' }],
    ]);
    const float = (arg: string, value: string) => carried.set(arg, { value, dtype: 'float32' });
    if (this.#cell === 'lstm') float('c', rest.shift() as string);
    if (this.#repeatsOutput()) float('output', f.op('ZerosLike', h));
    float('z', z);
    float('kernel', kernel);
    if (this.#has('has_recurrent_bias')) float('bias', rest.shift() as string);
    if (this.#has('has_mask')) carried.set('mask', { value: rest.shift() as string, dtype: 'bool' });
    return carried;
  }

  /** Whether the output of a masked step is that of the step before. */
  #repeatsOutput(): boolean {
    return this.#has('has_mask') && !this.#has('zero_output_for_mask');
  }

  /** Of the state, if the recurrent kernel is known. */
  #units(): number {
    const kernel = this.#graph.weights.find(({ name }) => name === this.#node.input?.[1]);
    return kernel?.shape[0] ?? -1;
  }

  #condition(name: string, inputArg: GraphFunction['signature']['inputArg']): GraphFunction {
    const parts = new GraphParts([], this.#graph.weights);
    const less = parts.add(`${name}/Less`, 'Less', ['time', 'steps'], { T: type('int32') });
    return {
      signature: { name, inputArg, outputArg: [{ name: 'goes_on', type: typeName('bool') }] },
      nodeDef: parts.nodes,
      ret: { goes_on: `${less}:z:0` },
    };
  }

  #body(name: string, inputArg: GraphFunction['signature']['inputArg']): GraphFunction {
    const f = new Formulas(new GraphParts([], this.#graph.weights), name);
    const integer = { T: type('int32') };
    const last = () => f.with('Sub', integer, 'steps', f.int(1));
    const position = this.#has('go_backwards') ? f.with('Sub', integer, last(), 'time') : 'time';
    const news = this.#step(f, f.step('z', position, 'float32'));
    let output = news['h'] as string;
    if (this.#has('has_mask')) {
      const flags = f.with(
        'ExpandDims',
        { T: type('bool'), Tdim: type('int32') },
        f.step('mask', position, 'bool'),
        f.int(1),
      );
      output = f.select(flags, output, this.#repeatsOutput() ? 'output' : f.op('ZerosLike', 'h'));
      for (const [state, value] of Object.entries(news)) news[state] = f.select(flags, value, state);
      if (this.#repeatsOutput()) news['output'] = output;
    }
    news['list'] = f.with('TensorListSetItem', LIST, 'list', 'time', output);
    news['time'] = f.with('AddV2', integer, 'time', f.int(1));
    return {
      signature: { name, inputArg, outputArg: inputArg.map((arg) => ({ ...arg, name: `${arg.name}_next` })) },
      nodeDef: f.parts.nodes,
      ret: Object.fromEntries(inputArg.map(({ name: arg }) => [`${arg}_next`, news[arg] ?? arg])),
    };
  }

  /** The new states, from one step of z. */
  #step(f: Formulas, x: string): { [state: string]: string } {
    const activate = this.#activation(f, 'activation');
    if (this.#cell === 'simple') return { h: activate(f.add(x, f.matMul('h', 'kernel'))) };
    const gate = this.#activation(f, 'recurrent_activation');
    if (this.#cell === 'lstm') {
      const [i, forget, c, o] = f.split(f.add(x, f.matMul('h', 'kernel')), 4) as [string, string, string, string];
      const next = f.add(f.mul(gate(forget), 'c'), f.mul(gate(i), activate(c)));
      return { h: f.mul(gate(o), activate(next)), c: next };
    }
    const [xz, xr, xh] = f.split(x, 3) as [string, string, string];
    const mix = (update: string, candidate: string) => ({
      h: f.add(f.mul(update, 'h'), f.mul(f.op('Sub', f.number(1), update), candidate)),
    });
    if (this.#node.attr?.['reset_after']?.['b'] !== false) {
      const product = f.matMul('h', 'kernel');
      const sum = this.#has('has_recurrent_bias') ? f.op('BiasAdd', product, 'bias') : product;
      const [pz, pr, ph] = f.split(sum, 3) as [string, string, string];
      const reset = gate(f.add(xr, pr));
      return mix(gate(f.add(xz, pz)), activate(f.add(xh, f.mul(reset, ph))));
    }
    const [kz, kr, kh] = f.split('kernel', 3) as [string, string, string];
    const reset = gate(f.add(xr, f.matMul('h', kr)));
    const update = gate(f.add(xz, f.matMul('h', kz)));
    return mix(update, activate(f.add(xh, f.matMul(f.mul(reset, 'h'), kh))));
  }

  #activation(f: Formulas, attr: string): (x: string) => string {
    const given = this.#node.attr?.[attr]?.['s'];
    const name = given === undefined ? (attr === 'activation' ? 'tanh' : 'sigmoid') : atob(String(given));
    const apply = ACTIVATIONS[SYNONYMS[name] ?? name];
    check(apply !== undefined, () => `the activation '${name}' of a recurrent layer cannot be converted`, 'E_LAYER');
    return (x) => apply(f, x);
  }
}

/** Lists of states. */
const LIST = { element_dtype: type('float32'), shape_type: type('int32') };
