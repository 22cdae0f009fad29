// SPDX-License-Identifier: Apache-2.0
// Branches, loops and functions. A case covers several ops, since they work only in combination.
// ../../control-flow.test.mjs tests whole models.
import { bool, f32, i32 } from '../case.mjs';

const node = (name, op, input = [], attrs = {}) => ({ name, op, input, attr: attrs });
const floats = (...values) => f32([values.length], values);
const scalar = (value) => f32([], [value]);
const source = 'the definition of the op';
const text = (value) => ({ s: Buffer.from(value).toString('base64') });
const func = (name) => ({ func: { name } });
const types = (count) => ({ list: { type: Array(count).fill('DT_FLOAT') } });

/** A FunctionDef of float32 arguments and one result. */
const fn = (name, args, ret, nodeDef, type = 'DT_FLOAT') => ({
  signature: {
    name,
    inputArg: args.map((arg) => ({ name: arg, type: 'DT_FLOAT' })),
    outputArg: Object.keys(ret).map((result) => ({ name: result, type })),
  },
  nodeDef,
  ret,
});
const negate = fn('negate', ['x'], { y: 'neg:y:0' }, [node('neg', 'Neg', ['x'])]);
const twice = fn('twice', ['x'], { y: 'sum:z:0' }, [node('sum', 'AddV2', ['x', 'x'])]);
/** For a loop that doubles x while x < limit. */
const below = fn('below', ['x', 'limit'], { p: 'less:z:0' }, [node('less', 'Less', ['x', 'limit'])], 'DT_BOOL');
const grow = fn('grow', ['x', 'limit'], { x_out: 'sum:z:0', limit_out: 'limit' }, [node('sum', 'AddV2', ['x', 'x'])]);
const library = { function: [negate, twice, below, grow] };

/** One node that calls functions. */
const call = (op, name, inputs, attrs, expected) => ({
  op,
  name,
  inputs,
  library,
  source,
  nodes: [
    node(
      'node',
      op,
      inputs.map((_, index) => `x${index}`),
      attrs,
    ),
  ],
  fetches: Array.from({ length: attrs.Tout?.list.type.length ?? inputs.length }, (_, index) => `node:${index}`),
  ...(Array.isArray(expected) ? { expected } : { throws: expected }),
});

const unknown = { code: 'E_ATTR', message: /no function 'nowhere'/ };
const branches = { then_branch: func('negate'), else_branch: func('twice'), Tout: types(1) };
const cases = { branches: { list: { func: [{ name: 'negate' }, { name: 'twice' }] } }, Tout: types(1) };
const loop = { cond: func('below'), body: func('grow') };

const calls = [
  ...['If', 'StatelessIf'].flatMap((op) => [
    call(op, 'true', [bool([], [1]), floats(1, -2)], branches, [floats(-1, 2)]),
    call(op, 'false', [bool([], [0]), floats(1, -2)], branches, [floats(2, -4)]),
    call(op, 'a number as the condition', [i32([], [3]), floats(1)], branches, [floats(-1)]),
    call(op, 'a missing function', [bool([], [1]), floats(1)], { ...branches, then_branch: func('nowhere') }, unknown),
  ]),
  ...['Case', 'StatelessCase'].flatMap((op) => [
    call(op, 'the first', [i32([], [0]), floats(1, -2)], cases, [floats(-1, 2)]),
    call(op, 'the last', [i32([], [1]), floats(1, -2)], cases, [floats(2, -4)]),
    call(op, 'none of them', [i32([], [-5]), floats(1, -2)], cases, [floats(2, -4)]),
  ]),
  ...['PartitionedCall', 'StatefulPartitionedCall'].flatMap((op) => [
    call(op, 'one result', [floats(1, -2)], { f: func('twice'), Tout: types(1) }, [floats(2, -4)]),
    call(op, 'an empty tensor', [floats()], { f: func('negate'), Tout: types(1) }, [floats()]),
    call(op, 'a missing function', [floats(1)], { f: func('nowhere'), Tout: types(1) }, unknown),
  ]),
  ...['While', 'StatelessWhile'].flatMap((op) => [
    call(op, 'some iterations', [scalar(3), scalar(20)], loop, [scalar(24), scalar(20)]),
    call(op, 'no iteration', [scalar(30), scalar(20)], loop, [scalar(30), scalar(20)]),
    call(op, 'a missing function', [scalar(3), scalar(20)], { ...loop, body: func('nowhere') }, unknown),
  ]),
];

/** y = p ? -x : x + x in TensorFlow 1 style. */
const condition = (prefix, p, expected, index) => ({
  op: `${prefix}Merge`,
  covers: [`${prefix}Switch`],
  name: `${p ? 'the true' : 'the false'} branch of ${index ? 'a vector' : 'a scalar'}`,
  inputs: [index ? floats(1, -2) : scalar(5), bool([], [p])],
  source,
  expected: [expected, i32([], [p ? 1 : 0])],
  nodes: [
    node('data', `${prefix}Switch`, ['x0', 'x1']),
    node('taken', 'Neg', ['data:1']),
    node('other', 'AddV2', ['data', 'data']),
    node('y', `${prefix}Merge`, ['other', 'taken']),
  ],
  fetches: ['y', 'y:1'],
});

/** Doubles x until it reaches the limit, in TensorFlow 1 style. */
const oldLoop = (prefix, x, limit, expected) => ({
  op: `${prefix}Enter`,
  covers: ['LoopCond', `${prefix}NextIteration`, `${prefix}Exit`, `${prefix}Merge`, `${prefix}Switch`],
  name: `from ${x} to ${limit}`,
  inputs: [scalar(x), scalar(limit)],
  source,
  expected: [scalar(expected)],
  nodes: [
    node('enter', `${prefix}Enter`, ['x0'], { frame_name: text('loop') }),
    node('limit', `${prefix}Enter`, ['x1'], { frame_name: text('loop'), is_constant: { b: true } }),
    node('merge', `${prefix}Merge`, ['enter', 'next']),
    node('less', 'Less', ['merge', 'limit']),
    node('cond', 'LoopCond', ['less']),
    node('switch', `${prefix}Switch`, ['merge', 'cond']),
    node('sum', 'AddV2', ['switch:1', 'switch:1']),
    node('next', `${prefix}NextIteration`, ['sum']),
    node('y', `${prefix}Exit`, ['switch']),
  ],
  fetches: ['y'],
});

const manyBranches = (index, expected) => ({
  op: '_SwitchN',
  name: `branch ${index}`,
  inputs: [scalar(3), i32([], [index])],
  source,
  expected: [scalar(expected)],
  nodes: [
    node('data', '_SwitchN', ['x0', 'x1'], { num_outs: { i: '2' } }),
    node('taken', 'Neg', ['data:1']),
    node('y', 'Merge', ['data', 'taken']),
  ],
  fetches: ['y'],
});

const print = (name, inputs, attrs = {}) => ({ op: 'Print', name, inputs, attrs, expected: [inputs[0]], source });

export const CASES = [
  ...calls,
  ...['', 'Ref'].flatMap((prefix) => [
    condition(prefix, 1, floats(-1, 2), 1),
    condition(prefix, 0, floats(2, -4), 1),
    condition(prefix, 1, scalar(-5), 0),
    oldLoop(prefix, 3, 20, 24),
    oldLoop(prefix, 30, 20, 30),
    oldLoop(prefix, 0.5, 0.75, 1),
  ]),
  manyBranches(0, 3),
  manyBranches(1, -3),
  manyBranches(7, -3),
  print('no data', [floats(1, 2)]),
  print('data and a message', [floats(1, 2), i32([2], [3, 4])], { message: text('values: ') }),
  print('an empty tensor', [floats(), floats()], { summarize: { i: '-1' } }),
];
