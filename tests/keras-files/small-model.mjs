// SPDX-License-Identifier: Apache-2.0
// A small model of our own with all kinds of parts: a nested model, a wrapper, cells, frozen and shared layers.

let next = 0;

/** A variable with values of its own. */
export function variable(name, shape, { dtype = 'float32', trainable = true } = {}) {
  const size = shape.reduce((product, length) => product * length, 1);
  const Values = { float32: Float32Array, int32: Int32Array, int8: Int8Array, uint8: Uint8Array }[dtype];
  next += 1;
  return { name, shape, dtype, trainable, values: Values.from({ length: size }, (_, i) => (next % 7) * 16 + i) };
}

export const readVariable = ({ values }) => values;

export function holder(className, name, variables = [], children = []) {
  return { className, name, variables, children };
}

export function dense(name, input, units, options) {
  return holder('Dense', name, [variable('kernel', [input, units], options), variable('bias', [units], options)]);
}

export function lstm(name, input, units) {
  const cell = holder('LSTMCell', 'lstm_cell', [
    variable('kernel', [input, 4 * units]),
    variable('recurrent_kernel', [units, 4 * units]),
    variable('bias', [4 * units]),
  ]);
  return holder('LSTM', name, [], [['cell', cell]]);
}

export function batchNormalization(name, size, trainable = true) {
  return holder('BatchNormalization', name, [
    variable('gamma', [size], { trainable }),
    variable('beta', [size], { trainable }),
    variable('moving_mean', [size], { trainable: false }),
    variable('moving_variance', [size], { trainable: false }),
  ]);
}

export function model(name, layers, className = 'Functional') {
  return holder(className, name, [], [['layers', layers]]);
}

export function smallModel() {
  const shared = dense('shared', 3, 3);
  const bidirectional = holder(
    'Bidirectional',
    'both_ways',
    [],
    [
      ['forward_layer', lstm('forward_lstm', 3, 2)],
      ['backward_layer', lstm('backward_lstm', 3, 2)],
    ],
  );
  const attention = holder(
    'MultiHeadAttention',
    'attention',
    [],
    [
      ['query_dense', holder('EinsumDense', 'query', [variable('kernel', [3, 2, 2])])],
      ['output_dense', holder('EinsumDense', 'attention_output', [variable('kernel', [2, 2, 3])])],
    ],
  );
  return model('small', [
    holder('InputLayer', 'input'),
    dense('first', 2, 3),
    holder('Dropout', 'dropout'),
    model('inner', [batchNormalization('norm', 3), dense('frozen', 3, 3, { trainable: false }), dense('free', 3, 3)]),
    bidirectional,
    attention,
    shared,
    holder('TimeDistributed', 'each', [], [['layer', shared]]),
    dense('last/scope', 3, 1),
  ]);
}

/** Variables of a tree by path of holders, for messages. */
export function variablesOf(root) {
  const found = new Map();
  const visit = (at, path) => {
    for (const one of at.variables) if (!found.has(one)) found.set(one, `${path}/${one.name}`);
    for (const [, child] of at.children) for (const part of [child].flat()) visit(part, `${path}/${part.name}`);
  };
  visit(root, root.name);
  return found;
}
