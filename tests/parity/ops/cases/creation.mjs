// SPDX-License-Identifier: Apache-2.0
// Creating tensors, passing them on, casts, shapes.
import { DEFINITION, SPECIAL, attr, bad, bool, c64, constant, f32, forOps, i32, ints, str } from '../case.mjs';

const NAN = Number.NaN;
const INF = Infinity;
const T = (type) => ({ T: attr.type(type) });
const to = (type) => ({ DstT: attr.type(type) });

const filled = (value) => [
  { name: 'float32', attrs: T('DT_FLOAT'), inputs: [ints(2, 3)] },
  { name: 'int32', attrs: T('DT_INT32'), inputs: [ints(4)] },
  { name: 'bool', attrs: T('DT_BOOL'), inputs: [ints(2, 1, 2)] },
  { name: 'a scalar', attrs: T('DT_FLOAT'), inputs: [ints()] },
  { name: 'nothing', attrs: T('DT_FLOAT'), inputs: [ints(2, 0)] },
  { name: 'rank 6', attrs: T('DT_FLOAT'), inputs: [ints(1, 2, 1, 2, 1, 2)] },
  {
    name: 'complex64',
    attrs: T('DT_COMPLEX64'),
    inputs: [ints(1)],
    expected: [c64([1], [value, 0])],
    source: DEFINITION,
  },
  { name: 'a negative size', attrs: T('DT_FLOAT'), inputs: [ints(-1)], throws: bad('E_SHAPE', /-1/) },
  {
    name: 'a shape of floats',
    attrs: T('DT_FLOAT'),
    inputs: [f32([1], [2])],
    throws: bad('E_DTYPE', /shape.*float32/),
  },
];
const like = (value) => [
  { name: 'float32', attrs: T('DT_FLOAT'), inputs: [f32([2, 3])] },
  { name: 'int32', attrs: T('DT_INT32'), inputs: [i32([2, 3])] },
  { name: 'bool', attrs: T('DT_BOOL'), inputs: [bool([3])] },
  { name: 'nothing', attrs: T('DT_FLOAT'), inputs: [f32([0])] },
  { name: 'NaN', attrs: T('DT_FLOAT'), inputs: [f32([2], [NAN, INF])] },
  {
    name: 'complex64',
    attrs: T('DT_COMPLEX64'),
    inputs: [c64([2])],
    expected: [c64([2], [value, 0, value, 0])],
    source: DEFINITION,
  },
];

const identities = [
  { name: 'float32', inputs: [f32([2, 3])] },
  { name: 'int32', inputs: [i32([2, 3])] },
  { name: 'bool', inputs: [bool([2, 3])] },
  { name: 'strings', inputs: [str([2], ['a', 'é'])] },
  { name: 'complex64', inputs: [c64([2])] },
  { name: 'nothing', inputs: [f32([0])] },
  { name: 'special values', inputs: [f32([SPECIAL.length], SPECIAL)] },
];

const casts = [
  ...[f32([3, 4]), i32([3, 4]), bool([3, 4])].flatMap((tensor) =>
    ['DT_FLOAT', 'DT_INT32', 'DT_BOOL'].map((type) => ({
      name: `${tensor.dtype} to ${type}`,
      attrs: to(type),
      inputs: [tensor],
    })),
  ),
  { name: 'int64 is int32', attrs: to('DT_INT64'), inputs: [f32([2], [1.9, -1.9])] },
  { name: 'half is float32', attrs: to('DT_HALF'), inputs: [i32([2])] },
  {
    name: 'what int32 cannot hold',
    attrs: to('DT_INT32'),
    inputs: [f32([5], [NAN, INF, -INF, 3e9, -3e9])],
    expected: [i32([5], [0, 2147483647, -2147483648, 2147483647, -2147483648])],
    source: 'undefined in TensorFlow; the saturating conversion of WebAssembly',
  },
  {
    name: 'to bool',
    attrs: to('DT_BOOL'),
    inputs: [f32([6], [0, -0, 0.5, 256, -1, NAN])],
    expected: [bool([6], [0, 0, 1, 1, 1, 1])],
    source: 'TensorFlow: what is not zero',
  },
  {
    name: 'float32 to complex64',
    attrs: to('DT_COMPLEX64'),
    inputs: [f32([2], [1, -2])],
    expected: [c64([2], [1, 0, -2, 0])],
    source: DEFINITION,
  },
  {
    name: 'complex64 to float32',
    attrs: to('DT_FLOAT'),
    inputs: [c64([2], [1, 2, -3, 4])],
    expected: [f32([2], [1, -3])],
    source: 'TensorFlow: the real part',
  },
  {
    name: 'strings to strings',
    attrs: to('DT_STRING'),
    inputs: [str([1], ['a'])],
    expected: [str([1], ['a'])],
    source: DEFINITION,
  },
  { name: 'nothing', attrs: to('DT_INT32'), inputs: [f32([0, 2])] },
  {
    name: 'strings to numbers',
    attrs: to('DT_FLOAT'),
    inputs: [str([1], ['1'])],
    throws: bad('E_DTYPE', /string to float32/),
  },
  {
    name: 'numbers to strings',
    attrs: to('DT_STRING'),
    inputs: [f32([1])],
    throws: bad('E_DTYPE', /float32 to string/),
  },
  { name: 'to nowhere', inputs: [f32([1])], throws: bad('E_ATTR', /DstT/) },
  {
    name: 'to a dtype that there is not',
    attrs: to('DT_VARIANT'),
    inputs: [f32([1])],
    throws: bad('E_DTYPE', /DstT.*dtype/),
  },
];

const range = (make, start, stop, step) => [make([], [start]), make([], [stop]), make([], [step])];
const consts = (inputs) => inputs.map(constant);

const hot = (depth, on, off) => [constant(i32([], [depth])), constant(on), constant(off)];
const axis = (value) => ({ axis: attr.int(value) });

export const CASES = [
  ...forOps(['Zeros'], filled(0)),
  ...forOps(['Ones'], filled(1)),
  { op: 'Ones', name: 'strings', attrs: T('DT_STRING'), inputs: [ints(1)], throws: bad('E_DTYPE', /string/) },
  ...forOps(['ZerosLike'], like(0)),
  ...forOps(['OnesLike'], like(1)),
  {
    op: 'ZerosLike',
    name: 'strings',
    inputs: [str([1], ['a'])],
    expected: [str([1], [''])],
    source: 'TensorFlow: empty strings',
  },
  { op: 'OnesLike', name: 'strings', inputs: [str([1], ['a'])], throws: bad('E_DTYPE', /string/) },
  { op: 'Fill', name: 'float32', attrs: T('DT_FLOAT'), inputs: [ints(2, 3), constant(f32([], [2.5]))] },
  { op: 'Fill', name: 'int32', attrs: T('DT_INT32'), inputs: [ints(2), constant(i32([], [-7]))] },
  { op: 'Fill', name: 'bool', attrs: T('DT_BOOL'), inputs: [ints(2), constant(bool([], [1]))] },
  {
    op: 'Fill',
    name: 'strings',
    inputs: [ints(2), str([], ['é'])],
    expected: [str([2], ['é', 'é'])],
    source: DEFINITION,
  },
  {
    op: 'Fill',
    name: 'complex64',
    inputs: [ints(2), c64([], [1, 2])],
    expected: [c64([2], [1, 2, 1, 2])],
    source: DEFINITION,
  },
  { op: 'Fill', name: 'a scalar', attrs: T('DT_FLOAT'), inputs: [ints(), constant(f32([], [1]))] },
  { op: 'Fill', name: 'nothing', attrs: T('DT_FLOAT'), inputs: [ints(0, 3), constant(f32([], [1]))] },
  { op: 'Fill', name: 'NaN', attrs: T('DT_FLOAT'), inputs: [ints(3), constant(f32([], [NAN]))] },
  { op: 'Fill', name: 'two values', inputs: [ints(2), f32([2])], throws: bad('E_SHAPE', /value.*scalar.*\[2\]/) },
  { op: 'Fill', name: 'a negative size', inputs: [ints(-2), f32([], [1])], throws: bad('E_SHAPE', /-2/) },
  {
    op: 'Fill',
    name: 'more than fits',
    inputs: [ints(65536, 65536, 2), f32([], [1])],
    throws: bad('E_SHAPE', /2\^32/),
  },

  { op: 'Range', name: 'up', inputs: consts(range(f32, 0, 5, 1)) },
  { op: 'Range', name: 'down', inputs: range(f32, 5, 0.5, -1.5) },
  { op: 'Range', name: 'integers', inputs: range(i32, 3, 18, 4), attrs: { Tidx: attr.type('DT_INT32') } },
  { op: 'Range', name: 'integers, down', inputs: range(i32, 3, -3, -2), attrs: { Tidx: attr.type('DT_INT32') } },
  { op: 'Range', name: 'nothing', inputs: range(f32, 3, 3, 1), expected: [f32([0])], source: DEFINITION },
  {
    op: 'Range',
    name: 'the wrong way',
    inputs: range(f32, 0, 3, -1),
    expected: [f32([0])],
    source: 'TensorFlow.js: an empty tensor',
  },
  { op: 'Range', name: 'a step of 0', inputs: range(i32, 0, 3, 0), throws: bad('E_INPUT', /step.*0/) },
  { op: 'Range', name: 'without end', inputs: range(f32, 0, INF, 1), throws: bad('E_INPUT', /length/) },
  { op: 'Range', name: 'NaN', inputs: range(f32, 0, NAN, 1), throws: bad('E_INPUT', /length/) },
  {
    op: 'Range',
    name: 'two dtypes',
    inputs: [f32([], [0]), i32([], [3]), f32([], [1])],
    throws: bad('E_DTYPE', /float32.*int32/),
  },
  {
    op: 'Range',
    name: 'a list',
    inputs: [f32([2]), f32([], [3]), f32([], [1])],
    throws: bad('E_SHAPE', /scalar.*\[2\]/),
  },
  { op: 'LinSpace', name: 'up', inputs: [f32([], [0]), f32([], [1]), i32([], [11])] },
  { op: 'LinSpace', name: 'down', inputs: [f32([], [3]), f32([], [-3]), constant(i32([], [4]))] },
  { op: 'LinSpace', name: 'one', inputs: [f32([], [3]), f32([], [9]), i32([], [1])] },
  {
    op: 'LinSpace',
    name: 'none',
    inputs: [f32([], [3]), f32([], [9]), i32([], [0])],
    throws: bad('E_INPUT', /1 value or more.*0/),
  },
  {
    op: 'LinSpace',
    name: 'integers',
    inputs: [i32([], [3]), i32([], [9]), i32([], [2])],
    throws: bad('E_DTYPE', /start.*float32.*int32/),
  },
  {
    op: 'OneHot',
    name: 'float32',
    attrs: T('DT_FLOAT'),
    inputs: [i32([3], [0, 2, 1]), ...hot(3, f32([], [1]), f32([], [0]))],
  },
  {
    op: 'OneHot',
    name: 'other values',
    attrs: T('DT_FLOAT'),
    inputs: [i32([2, 2], [0, 2, 1, 1]), ...hot(4, f32([], [5]), f32([], [-5]))],
  },
  {
    op: 'OneHot',
    name: 'int32',
    attrs: T('DT_INT32'),
    inputs: [i32([3], [0, 2, 1]), ...hot(3, i32([], [1]), i32([], [0]))],
  },
  {
    op: 'OneHot',
    name: 'a scalar',
    attrs: T('DT_FLOAT'),
    inputs: [i32([], [1]), ...hot(3, f32([], [1]), f32([], [0]))],
  },
  {
    op: 'OneHot',
    name: 'indices out of range',
    attrs: T('DT_FLOAT'),
    inputs: [i32([3], [-1, 3, 0]), ...hot(3, f32([], [1]), f32([], [0]))],
  },
  {
    op: 'OneHot',
    name: 'the first axis',
    attrs: axis(0),
    inputs: [i32([2], [1, 0]), ...hot(3, i32([], [1]), i32([], [0]))],
    expected: [i32([3, 2], [0, 1, 1, 0, 0, 0])],
    source: DEFINITION,
  },
  {
    op: 'OneHot',
    name: 'no depth',
    inputs: [i32([2]), ...hot(0, f32([], [1]), f32([], [0]))],
    expected: [f32([2, 0])],
    source: DEFINITION,
  },
  {
    op: 'OneHot',
    name: 'a negative depth',
    inputs: [i32([2]), ...hot(-1, f32([], [1]), f32([], [0]))],
    throws: bad('E_SHAPE', /depth.*-1/),
  },
  {
    op: 'OneHot',
    name: 'indices of floats',
    inputs: [f32([2]), ...hot(2, f32([], [1]), f32([], [0]))],
    throws: bad('E_DTYPE', /indices.*float32/),
  },
  {
    op: 'OneHot',
    name: 'two dtypes',
    inputs: [i32([2]), ...hot(2, f32([], [1]), i32([], [0]))],
    throws: bad('E_DTYPE', /off value.*float32.*int32/),
  },
  {
    op: 'OneHot',
    name: 'an axis out of range',
    attrs: axis(2),
    inputs: [i32([2]), ...hot(2, f32([], [1]), f32([], [0]))],
    throws: bad('E_SHAPE', /axis 2/),
  },

  ...forOps(['Cast'], casts),
  ...forOps(['Identity', 'Snapshot', 'StopGradient'], identities),
  ...forOps(
    ['PreventGradient'],
    identities.map((testCase) => ({ ...testCase, expected: testCase.inputs, source: DEFINITION })),
  ),
  { op: 'IdentityN', name: 'three', inputs: [f32([2]), i32([3]), bool([2, 2])], outputs: 3 },
  { op: 'IdentityN', name: 'one', inputs: [f32([2])] },
  { op: 'IdentityN', name: 'strings and nothing', inputs: [str([1], ['a']), f32([0])], outputs: 2 },
  ...forOps(
    ['PlaceholderWithDefault'],
    identities.slice(0, 5).map((testCase) => ({
      ...testCase,
      expected: testCase.inputs,
      source: 'TensorFlow: its input, when it is not fed',
    })),
  ),
  // The inputs of every other case, fetched directly.
  ...identities.slice(0, 4).map(({ name, inputs }) => ({
    op: 'Placeholder',
    covers: ['Const', 'NoOp'],
    name: `a feed and a constant, ${name}`,
    inputs: [inputs[0], constant(inputs[0])],
    nodes: [
      { name: 'nothing', op: 'NoOp', input: ['^x0'], attr: {} },
      { name: 'first', op: 'Identity', input: ['x0', '^nothing'], attr: {} },
      { name: 'second', op: 'Identity', input: ['x1', '^nothing'], attr: {} },
    ],
    fetches: ['first', 'second'],
    expected: [inputs[0], inputs[0]],
    source: DEFINITION,
  })),

  { op: 'Shape', name: 'a matrix', inputs: [f32([2, 3])] },
  { op: 'Shape', name: 'a scalar', inputs: [f32([])], expected: [i32([0])], source: DEFINITION },
  { op: 'Shape', name: 'strings', inputs: [str([2, 1], ['a', 'b'])] },
  { op: 'Shape', name: 'nothing', inputs: [i32([3, 0, 2])] },
  // TensorFlow.js gives float32 for ShapeN.
  {
    op: 'ShapeN',
    name: 'two',
    inputs: [f32([2, 3]), i32([4])],
    expected: [i32([2], [2, 3]), i32([1], [4])],
    source: DEFINITION,
  },
  { op: 'ShapeN', name: 'one', inputs: [f32([2, 3])], expected: [i32([2], [2, 3])], source: DEFINITION },
  { op: 'ShapeN', name: 'a scalar', inputs: [f32([])], expected: [i32([0])], source: DEFINITION },
  { op: 'Size', name: 'a matrix', inputs: [f32([2, 3])] },
  { op: 'Size', name: 'a scalar', inputs: [bool([])] },
  { op: 'Size', name: 'nothing', inputs: [f32([2, 0])] },
  { op: 'Rank', name: 'a matrix', inputs: [f32([2, 3])] },
  { op: 'Rank', name: 'a scalar', inputs: [i32([])] },
  { op: 'Rank', name: 'rank 6', inputs: [f32([1, 1, 2, 1, 1, 0])] },
  ...[
    ['a scalar', f32([], [3])],
    ['a matrix', f32([2, 3])],
    ['nothing', f32([0])],
  ].map(([name, x]) => ({ op: 'CheckNumerics', name, inputs: [x], expected: [x], source: DEFINITION })),
  {
    op: 'CheckNumerics',
    name: 'NaN',
    attrs: { message: attr.string('after the loop') },
    inputs: [f32([3], [1, NAN, INF])],
    throws: bad('E_INPUT', /after the loop.*2 of 3/),
  },
  ...forOps(
    ['EnsureShape'],
    [
      { name: 'as it is', inputs: [f32([2, 3]), ints(2, 3)] },
      { name: 'a scalar', inputs: [f32([]), ints()] },
      { name: 'nothing', inputs: [f32([0, 3]), ints(0, 3)] },
      { name: 'any size', inputs: [f32([2, 3]), ints(2, -1)], expected: [f32([2, 3])], source: DEFINITION },
      {
        name: 'the attribute',
        attrs: { shape: attr.shape(2, -1) },
        inputs: [f32([2, 3])],
        expected: [f32([2, 3])],
        source: DEFINITION,
      },
      { name: 'another shape', inputs: [f32([2, 3]), ints(3, 2)], throws: bad('E_SHAPE', /\[3, ?2\].*\[2, ?3\]/) },
      {
        name: 'another rank',
        attrs: { shape: attr.shape(6) },
        inputs: [f32([2, 3])],
        throws: bad('E_SHAPE', /\[6\].*\[2, ?3\]/),
      },
    ],
  ),
];
