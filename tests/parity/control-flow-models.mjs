// SPDX-License-Identifier: Apache-2.0
// Models with control flow for control-flow.test.mjs.
import { randomValues } from '../../web/common/random.js';
import { attr, GraphBuilder } from '../graph-builder.mjs';

const FLOAT = { T: attr.type('float32') };
const LSTM = { time: 5, batch: 2, features: 3, units: 4 };

const random = (length, seed) => Array.from(randomValues('float32', length, [-1, 1], seed));

/** Adds the weights of an LSTM cell, and returns their names. */
function lstmWeights(graph) {
  const { features, units } = LSTM;
  graph.constant('kernel', 'float32', [features + units, 4 * units], random((features + units) * 4 * units, 7));
  graph.constant('bias', 'float32', [4 * units], random(4 * units, 8));
  return ['kernel', 'bias'];
}

/**
 * One step of an LSTM. `out(name, index, output)` returns the name of a node's output in the syntax of the graph.
 * Returns the new h and c.
 */
function lstmStep(nodes, { x, h, c, kernel, bias, axis, out, controls = [] }) {
  const at = (name) => out(nodes.prefix + name);
  const add = (name, op, inputs, attrs = FLOAT) => {
    nodes.op(nodes.prefix + name, op, inputs, attrs);
    return at(name);
  };
  const joined = add('joined', 'ConcatV2', [x, h, axis], { ...FLOAT, N: attr.int(2), Tidx: attr.type('int32') });
  const product = add('product', 'MatMul', [joined, kernel], {
    ...FLOAT,
    transpose_a: attr.bool(false),
    transpose_b: attr.bool(false),
  });
  const sum = add('sum', 'BiasAdd', [product, bias]);
  nodes.op(`${nodes.prefix}gates`, 'Split', [axis, sum, ...controls], { ...FLOAT, num_split: attr.int(4) });
  const gate = (index) => out(`${nodes.prefix}gates`, index);
  const input = add('i', 'Sigmoid', [gate(0)]);
  const candidate = add('j', 'Tanh', [gate(1)]);
  const forget = add('f', 'Sigmoid', [gate(2)]);
  const output = add('o', 'Sigmoid', [gate(3)]);
  const kept = add('kept', 'Mul', [forget, c]);
  const added = add('added', 'Mul', [input, candidate]);
  const newC = add('new_c', 'AddV2', [kept, added]);
  const newH = add('new_h', 'Mul', [output, add('squashed', 'Tanh', [newC])]);
  return { h: newH, c: newC };
}

/** An LSTM over [time, batch, features], as built by dynamic_rnn of TensorFlow 1. */
export function lstmAsLoop() {
  const { time, batch, features, units } = LSTM;
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [time, batch, features]);
  const [kernel, bias] = lstmWeights(graph);
  graph.int('zero', 0);
  graph.int('steps', time);
  graph.ints('all', [0, 1, 2, 3, 4]);
  graph.constant('state', 'float32', [batch, units], Array(batch * units).fill(0));
  const array = (name, shape) =>
    graph.op(name, 'TensorArrayV3', ['steps'], { dtype: attr.type('float32'), element_shape: attr.shape(...shape) });
  const inputs = array('inputs', [batch, features]);
  const outputs = array('outputs', [batch, units]);
  graph.op('filled', 'TensorArrayScatterV3', [inputs, 'all', x, `${inputs}:1`], FLOAT);
  const frame = (isConstant) => ({ frame_name: attr.string('rnn'), is_constant: attr.bool(isConstant) });
  const enter = (name, value, isConstant = false) => graph.op(`${name}/enter`, 'Enter', [value], frame(isConstant));
  const variables = { t: 'zero', flow: `${outputs}:1`, h: 'state', c: 'state' };
  for (const [name, value] of Object.entries(variables)) {
    enter(name, value);
    graph.op(`${name}/merge`, 'Merge', [`${name}/enter`, `${name}/next`], { N: attr.int(2) });
  }
  graph.op('less', 'Less', ['t/merge', enter('limit', 'steps', true)]);
  graph.op('cond', 'LoopCond', ['less']);
  for (const name of Object.keys(variables)) {
    graph.op(`${name}/switch`, 'Switch', [`${name}/merge`, 'cond']);
    graph.op(`${name}/body`, 'Identity', [`${name}/switch:1`]);
  }
  graph.int('one', 1, ['^t/body']);
  graph.int('axis', 1, ['^t/body']);
  const arrayIn = enter('read', inputs, true);
  const arrayOut = enter('write', outputs, true);
  graph.op('x_t', 'TensorArrayReadV3', [arrayIn, 't/body', enter('read_flow', 'filled', true)], {
    dtype: attr.type('float32'),
  });
  const { h, c } = lstmStep(graph, {
    x: 'x_t',
    h: 'h/body',
    c: 'c/body',
    kernel: enter('kernel', kernel, true),
    bias: enter('bias', bias, true),
    axis: 'axis',
    out: (name, index = 0) => (index ? `${name}:${index}` : name),
  });
  graph.op('written', 'TensorArrayWriteV3', [arrayOut, 't/body', h, 'flow/body'], FLOAT);
  graph.op('t_plus_1', 'AddV2', ['t/body', 'one']);
  for (const [name, value] of Object.entries({ t: 't_plus_1', flow: 'written', h, c })) {
    graph.op(`${name}/next`, 'NextIteration', [value]);
    graph.op(`${name}/exit`, 'Exit', [`${name}/switch`]);
  }
  graph.op('y', 'TensorArrayGatherV3', [outputs, 'all', 'flow/exit'], {
    dtype: attr.type('float32'),
    element_shape: attr.shape(batch, units),
  });
  graph.op('last', 'Identity', ['h/exit'], FLOAT);
  return graph.handler(['y', 'last']);
}

/** The same LSTM as built by Keras in TensorFlow 2: a While with TensorLists. */
export function lstmAsWhile() {
  const { time, batch, features, units } = LSTM;
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [time, batch, features]);
  const [kernel, bias] = lstmWeights(graph);
  graph.int('zero', 0);
  graph.int('steps', time);
  graph.ints('in_shape', [batch, features]);
  graph.ints('out_shape', [batch, units]);
  graph.constant('state', 'float32', [batch, units], Array(batch * units).fill(0));
  const list = { element_dtype: attr.type('float32'), shape_type: attr.type('int32') };
  graph.op('inputs', 'TensorListFromTensor', [x, 'in_shape'], list);
  graph.op('outputs', 'TensorListReserve', ['out_shape', 'steps'], list);
  const args = {
    t: 'int32',
    steps: 'int32',
    outputs: 'DT_VARIANT',
    h: 'float32',
    c: 'float32',
    inputs: 'DT_VARIANT',
    kernel: 'float32',
    bias: 'float32',
  };
  const named = (suffix) => Object.fromEntries(Object.entries(args).map(([key, type]) => [key + suffix, type]));
  graph.function('rnn_cond', args, { result: 'bool' }, (body) => {
    body.op('rnn_cond/less', 'Less', ['t', 'steps'], { T: attr.type('int32') });
    return { result: 'rnn_cond/less:z:0' };
  });
  graph.function('rnn_body', args, named('_out'), (body) => {
    const shape = body.ints('in_shape', [batch, features]);
    const axis = body.int('axis', 1);
    const one = body.int('one', 1);
    body.op('rnn_body/x_t', 'TensorListGetItem', ['inputs', 't', `${shape}:output:0`], list);
    const { h, c } = lstmStep(body, {
      x: 'rnn_body/x_t:item:0',
      h: 'h',
      c: 'c',
      kernel: 'kernel',
      bias: 'bias',
      axis: `${axis}:output:0`,
      out: (name, index = 0) => `${name}:output:${index}`,
    });
    body.op('rnn_body/written', 'TensorListSetItem', ['outputs', 't', h], list);
    body.op('rnn_body/next', 'AddV2', ['t', `${one}:output:0`], { T: attr.type('int32') });
    return {
      t_out: 'rnn_body/next:z:0',
      steps_out: 'steps',
      outputs_out: 'rnn_body/written:output_handle:0',
      h_out: h,
      c_out: c,
      inputs_out: 'inputs',
      kernel_out: 'kernel',
      bias_out: 'bias',
    };
  });
  graph.op('rnn', 'While', ['zero', 'steps', 'outputs', 'state', 'state', 'inputs', kernel, bias], {
    cond: attr.func('rnn_cond'),
    body: attr.func('rnn_body'),
    T: attr.types(...Object.values(args)),
  });
  graph.op('y', 'TensorListStack', ['rnn:2', 'out_shape'], { ...list, num_elements: attr.int(time) });
  graph.op('last', 'Identity', ['rnn:3'], FLOAT);
  return graph.handler(['y', 'last']);
}

export const lstmInput = () => ({
  shape: [LSTM.time, LSTM.batch, LSTM.features],
  values: random(LSTM.time * LSTM.batch * LSTM.features, 3),
});

const BEAM = { vocabulary: 7, width: 3, steps: 6 };

/** Keeps the `width` best continuations in each step, and pushes the chosen tokens to a list. */
export function beamSearch() {
  const { vocabulary, width, steps } = BEAM;
  const graph = new GraphBuilder();
  const scores = graph.input('scores', 'float32', [width]);
  graph.constant('transitions', 'float32', [vocabulary, vocabulary], random(vocabulary * vocabulary, 21));
  graph.int('zero', 0);
  graph.int('no_limit', -1);
  graph.ints('token_shape', [width]);
  graph.ints('start', [0, 1, 2]);
  const list = { element_dtype: attr.type('int32'), shape_type: attr.type('int32') };
  graph.op('empty', 'EmptyTensorList', ['token_shape', 'no_limit'], list);
  const args = {
    i: 'int32',
    scores: 'float32',
    tokens: 'int32',
    chosen: 'DT_VARIANT',
    parents: 'DT_VARIANT',
    transitions: 'float32',
  };
  graph.function('beam_cond', args, { result: 'bool' }, (body) => {
    const limit = body.int('limit', steps);
    body.op('beam_cond/less', 'Less', ['i', `${limit}:output:0`], {});
    return { result: 'beam_cond/less:z:0' };
  });
  const results = Object.fromEntries(Object.entries(args).map(([name, type]) => [`${name}_out`, type]));
  graph.function('beam_body', args, results, (body) => {
    const op = (name, ...rest) => body.op(`beam_body/${name}`, ...rest);
    const axis0 = `${body.int('axis0', 0)}:output:0`;
    const axis1 = `${body.int('axis1', 1)}:output:0`;
    const count = `${body.int('count', width)}:output:0`;
    const flat = `${body.ints('flat', [-1])}:output:0`;
    const size = `${body.int('size', vocabulary)}:output:0`;
    op('rows', 'GatherV2', ['transitions', 'tokens', axis0], {});
    op('column', 'ExpandDims', ['scores', axis1], {});
    op('totals', 'AddV2', ['beam_body/rows:output:0', 'beam_body/column:output:0'], FLOAT);
    op('all', 'Reshape', ['beam_body/totals:z:0', flat], {});
    op('best', 'TopKV2', ['beam_body/all:output:0', count], { sorted: attr.bool(true) });
    op('parent', 'FloorDiv', ['beam_body/best:indices:0', size], {});
    op('token', 'FloorMod', ['beam_body/best:indices:0', size], {});
    op('push', 'TensorListPushBack', ['chosen', 'beam_body/token:z:0'], list);
    op('push2', 'TensorListPushBack', ['parents', 'beam_body/parent:z:0'], list);
    op('next', 'AddV2', ['i', axis1], {});
    return {
      i_out: 'beam_body/next:z:0',
      scores_out: 'beam_body/best:values:0',
      tokens_out: 'beam_body/token:z:0',
      chosen_out: 'beam_body/push:output_handle:0',
      parents_out: 'beam_body/push2:output_handle:0',
      transitions_out: 'transitions',
    };
  });
  graph.op('loop', 'StatelessWhile', ['zero', scores, 'start', 'empty', 'empty', 'transitions'], {
    cond: attr.func('beam_cond'),
    body: attr.func('beam_body'),
    T: attr.types(...Object.values(args)),
  });
  graph.op('best_scores', 'Identity', ['loop:1'], {});
  graph.op('tokens', 'TensorListStack', ['loop:3', 'token_shape'], { ...list, num_elements: attr.int(-1) });
  graph.op('parents', 'TensorListStack', ['loop:4', 'token_shape'], { ...list, num_elements: attr.int(-1) });
  return graph.handler(['best_scores', 'tokens', 'parents']);
}

/** The result of the beam search by definition. */
export function beamSearchByHand(start) {
  const { vocabulary, width, steps } = BEAM;
  const transitions = random(vocabulary * vocabulary, 21).map(Math.fround);
  let scores = start.map(Math.fround);
  let tokens = [0, 1, 2];
  const allTokens = [];
  const allParents = [];
  for (let step = 0; step < steps; step++) {
    const candidates = tokens.flatMap((token, beam) =>
      Array.from({ length: vocabulary }, (_, next) => ({
        score: Math.fround(transitions[token * vocabulary + next] + scores[beam]),
        beam,
        next,
      })),
    );
    candidates.sort((a, b) => b.score - a.score);
    const best = candidates.slice(0, width);
    scores = best.map(({ score }) => score);
    tokens = best.map(({ next }) => next);
    allTokens.push(...tokens);
    allParents.push(...best.map(({ beam }) => beam));
  }
  return { scores, tokens: allTokens, parents: allParents, shape: [steps, width] };
}

/** Maps words to numbers by a table that the initializer graph fills. */
export function lookupModel({ byResource }) {
  const graph = new GraphBuilder();
  const words = graph.input('words', 'string', [-1]);
  const table = {
    key_dtype: attr.type('string'),
    value_dtype: attr.type('int32'),
    shared_name: attr.string('vocabulary'),
    container: attr.string(''),
    use_node_name_sharing: attr.bool(true),
  };
  graph.int('unknown', -1);
  if (byResource) graph.op('table', 'Placeholder', [], { dtype: attr.type('DT_RESOURCE'), shape: attr.shape() });
  else graph.op('table', 'HashTableV2', [], table);
  const types = { Tin: attr.type('string'), Tout: attr.type('int32') };
  graph.op('ids', 'LookupTableFindV2', ['table', words, 'unknown'], types);
  graph.op('size', 'LookupTableSizeV2', ['table'], {});
  graph.initialize(
    (nodes) => {
      nodes.constant('keys', 'string', [3], ['cat', 'dog', 'naïve']);
      nodes.ints('values', [10, 20, 30]);
      nodes.op(byResource ? 'made' : 'table', 'HashTableV2', [], table);
      nodes.op('fill', 'LookupTableImportV2', [byResource ? 'made' : 'table', 'keys', 'values'], types);
    },
    byResource ? { outputs: { fill: { name: 'made:0', dtype: 'DT_RESOURCE', resourceId: 42 } } } : undefined,
  );
  const inputs = { words: { name: 'words:0', dtype: 'DT_STRING', tensorShape: { dim: [{ size: '-1' }] } } };
  if (byResource) inputs.table = { name: 'table:0', dtype: 'DT_RESOURCE', tensorShape: {}, resourceId: 42 };
  return graph.handler(['ids', 'size'], { inputs });
}

/** Halves x until it is below 1, then optionally negates it: a While in a function that an If calls. */
export function nestedFunctions() {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', []);
  const flag = graph.input('flag', 'bool', []);
  const floats = (...names) => Object.fromEntries(names.map((name) => [name, 'float32']));
  graph.function('big', floats('v', 'n'), { result: 'bool' }, (body) => {
    const one = body.constant('one', 'float32', [], [1]);
    body.op('big/test', 'GreaterEqual', ['v', `${one}:output:0`], FLOAT);
    return { result: 'big/test:z:0' };
  });
  graph.function('halve', floats('v', 'n'), floats('v_out', 'n_out'), (body) => {
    const two = body.constant('two', 'float32', [], [2]);
    const one = body.constant('one', 'float32', [], [1]);
    body.op('halve/half', 'RealDiv', ['v', `${two}:output:0`], FLOAT);
    body.op('halve/more', 'AddV2', ['n', `${one}:output:0`], FLOAT);
    return { v_out: 'halve/half:z:0', n_out: 'halve/more:z:0' };
  });
  graph.function('count', floats('v'), floats('left', 'steps'), (body) => {
    const zero = body.constant('zero', 'float32', [], [0]);
    body.op('count/loop', 'StatelessWhile', ['v', `${zero}:output:0`], {
      cond: attr.func('big'),
      body: attr.func('halve'),
      T: attr.types('float32', 'float32'),
    });
    return { left: 'count/loop:output:0', steps: 'count/loop:output:1' };
  });
  graph.function('negate', floats('v'), floats('left', 'steps'), (body) => {
    body.op('negate/neg', 'Neg', ['v'], FLOAT);
    return { left: 'negate/neg:y:0', steps: 'v' };
  });
  graph.op('if', 'If', [flag, x], {
    then_branch: attr.func('count'),
    else_branch: attr.func('negate'),
    Tcond: attr.type('bool'),
    Tin: attr.types('float32'),
    Tout: attr.types('float32', 'float32'),
  });
  graph.op('left', 'Identity', ['if'], FLOAT);
  graph.op('steps', 'Identity', ['if:1'], FLOAT);
  return graph.handler(['left', 'steps']);
}

/** Adds 1 to x `times` times: a loop for measurements. */
export function longLoop() {
  const graph = new GraphBuilder();
  const times = graph.input('times', 'int32', []);
  const x = graph.input('x', 'float32', [4]);
  graph.int('zero', 0);
  const args = { i: 'int32', x: 'float32', times: 'int32' };
  graph.function('more', args, { result: 'bool' }, (body) => {
    body.op('more/less', 'Less', ['i', 'times'], {});
    return { result: 'more/less:z:0' };
  });
  graph.function('step', args, { i_out: 'int32', x_out: 'float32', times_out: 'int32' }, (body) => {
    const one = body.int('one', 1);
    const add = body.constant('add', 'float32', [], [1]);
    body.op('step/i', 'AddV2', ['i', `${one}:output:0`], {});
    body.op('step/x', 'AddV2', ['x', `${add}:output:0`], {});
    return { i_out: 'step/i:z:0', x_out: 'step/x:z:0', times_out: 'times' };
  });
  graph.op('loop', 'While', ['zero', x, times], {
    cond: attr.func('more'),
    body: attr.func('step'),
    T: attr.types('int32', 'float32', 'int32'),
  });
  graph.op('y', 'Identity', ['loop:1'], FLOAT);
  return graph.handler(['y']);
}
