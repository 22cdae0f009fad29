// SPDX-License-Identifier: Apache-2.0
// Lists, arrays and tables. A case covers several ops, since they work only in combination.
import { bad, constant, f32, i32, ints, str } from '../case.mjs';

const node = (name, op, input = [], attrs = {}) => ({ name, op, input, attr: attrs });
const floats = (...values) => f32([values.length], values);
const int = (value) => constant(i32([], [value]));
const source = 'the definition of the op';
const text = (value) => ({ s: Buffer.from(value).toString('base64') });
const matrix = f32([3, 2], [1, 2, 3, 4, 5, 6]);

/** `nodes` read the inputs x0, x1, ... The fetches are y, y1, ... */
const chain = (op, name, inputs, nodes, expected, covers = []) => ({
  op,
  covers,
  name,
  inputs,
  nodes,
  source,
  fetches: Array.isArray(expected) ? expected.map((_, index) => (index ? `y${index}` : 'y')) : ['y'],
  ...(Array.isArray(expected) ? { expected } : { throws: expected }),
});

const list = (name, op, input, attrs = {}) => node(name, op, input, { element_dtype: { type: 'DT_FLOAT' }, ...attrs });
const stack = (from, shape) => list('y', 'TensorListStack', [from, shape]);

/** [x0 (the matrix), x1 (the element shape)] as a list called "list". */
const fromMatrix = list('list', 'TensorListFromTensor', ['x0', 'x1']);
const onMatrix = (op, name, inputs, nodes, expected, covers = []) =>
  chain(op, name, [matrix, ints(2), ...inputs], [fromMatrix, ...nodes], expected, [
    'TensorListFromTensor',
    'TensorListStack',
    ...covers,
  ]);

const lists = [
  ...[
    ['at the front', 0, floats(1, 2)],
    ['at the end', 2, floats(5, 6)],
    ['out of range', 3, bad('E_INPUT', /index 3.*3 elements/)],
  ].map(([name, index, expected]) =>
    onMatrix(
      'TensorListGetItem',
      name,
      [int(index)],
      [list('y', 'TensorListGetItem', ['list', 'x2', 'x1'])],
      'data' in expected ? [expected] : expected,
    ),
  ),
  ...[
    ['at the front', 0, [f32([3, 2], [8, 9, 3, 4, 5, 6])]],
    ['at the end', 2, [f32([3, 2], [1, 2, 3, 4, 8, 9])]],
    ['out of range', -1, bad('E_INPUT', /index -1/)],
  ].map(([name, index, expected]) =>
    onMatrix(
      'TensorListSetItem',
      name,
      [int(index), floats(8, 9)],
      [list('set', 'TensorListSetItem', ['list', 'x2', 'x3']), stack('set', 'x1')],
      expected,
    ),
  ),
  ...[
    ['another dtype', i32([2], [1, 2]), bad('E_DTYPE', /float32.*int32/)],
    ['another shape', floats(1), bad('E_SHAPE', /\[2\].*\[1\]/)],
    ['what fits', floats(8, 9), [f32([4, 2], [1, 2, 3, 4, 5, 6, 8, 9])]],
  ].map(([name, value, expected]) =>
    onMatrix(
      'TensorListPushBack',
      name,
      [value],
      [list('pushed', 'TensorListPushBack', ['list', 'x2']), stack('pushed', 'x1')],
      expected,
    ),
  ),
  ...[0, 1, 2].map((count) =>
    onMatrix(
      'TensorListPopBack',
      `after ${count} others`,
      [],
      [
        ...Array.from({ length: count }, (_, index) =>
          list(`pop${index}`, 'TensorListPopBack', [index ? `pop${index - 1}` : 'list', 'x1']),
        ),
        list('pop', 'TensorListPopBack', [count ? `pop${count - 1}` : 'list', 'x1']),
        node('y', 'Identity', ['pop:1']),
        node('y1', 'TensorListLength', ['pop']),
      ],
      [f32([2], [5 - 2 * count, 6 - 2 * count]), i32([], [2 - count])],
      ['TensorListLength'],
    ),
  ),
  ...[
    [5, [1, 2, 3, 4, 5, 6, 0, 0, 0, 0]],
    [3, [1, 2, 3, 4, 5, 6]],
    [1, [1, 2]],
  ].map(([size, values]) =>
    onMatrix(
      'TensorListResize',
      `to ${size}`,
      [int(size)],
      [node('resized', 'TensorListResize', ['list', 'x2']), stack('resized', 'x1')],
      [f32([size, 2], values)],
    ),
  ),
  ...[
    [
      [2, 0],
      [5, 6, 1, 2],
    ],
    [
      [1, 1, 1],
      [3, 4, 3, 4, 3, 4],
    ],
    [[], []],
  ].map(([indices, values]) =>
    onMatrix(
      'TensorListGather',
      `at [${indices}]`,
      [ints(...indices)],
      [list('y', 'TensorListGather', ['list', 'x2', 'x1'])],
      [f32([indices.length, 2], values)],
    ),
  ),
  ...['TensorListScatter', 'TensorListScatterV2'].flatMap((op) =>
    [
      [
        [2, 0, 1],
        [3, 4, 5, 6, 1, 2],
      ],
      [
        [0, 1, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      [
        [3, 1, 0],
        [5, 6, 3, 4, 0, 0, 1, 2],
      ],
    ].map(([indices, values]) =>
      chain(
        op,
        `at [${indices}]`,
        [matrix, ints(...indices), ints(2), int(-1)],
        [list('list', op, op.endsWith('V2') ? ['x0', 'x1', 'x2', 'x3'] : ['x0', 'x1', 'x2']), stack('list', 'x2')],
        [f32([values.length / 2, 2], values)],
      ),
    ),
  ),
  ...['TensorListConcat', 'TensorListConcatV2'].flatMap((op) =>
    [[1, 2], [3], [2, 0, 1]].map((lengths) =>
      chain(
        op,
        `parts of ${lengths}`,
        [matrix, ints(2), ints(...lengths), ints(-1, 2)],
        [
          list('list', 'TensorListSplit', ['x0', 'x1', 'x2']),
          list('joined', op, op.endsWith('V2') ? ['list', 'x3', 'x2'] : ['list']),
          node('y', 'Identity', ['joined']),
          node('y1', 'Identity', ['joined:1']),
        ],
        [matrix, i32([lengths.length], lengths)],
        ['TensorListSplit'],
      ),
    ),
  ),
  ...[-1, 2, 0].map((most) =>
    chain(
      'EmptyTensorList',
      `for ${most} elements`,
      [floats(1, 2), ints(2), int(most)],
      [
        list('empty', 'EmptyTensorList', ['x1', 'x2']),
        list('one', 'TensorListPushBack', ['empty', 'x0']),
        stack('one', 'x1'),
      ],
      most === 0 ? bad('E_INPUT', /no more than 0/) : [f32([1, 2], [1, 2])],
    ),
  ),
  ...[3, 0, -1].map((size) =>
    chain(
      'TensorListReserve',
      `${size} elements`,
      [ints(2), int(size)],
      [list('list', 'TensorListReserve', ['x0', 'x1']), stack('list', 'x0')],
      size < 0 ? bad('E_INPUT', /-1 elements/) : [f32([size, 2], Array(2 * size).fill(0))],
    ),
  ),
];

const array = (size, attrs = {}) => node('array', 'TensorArrayV3', [size], { dtype: { type: 'DT_FLOAT' }, ...attrs });
const read = (name, op, input) => node(name, op, input, { dtype: { type: 'DT_FLOAT' } });

const arrays = [
  ...[
    ['one that was written', 0, [floats(1, 2)]],
    ['one that was not', 1, bad('E_INPUT', /never written/)],
    ['one out of range', 2, bad('E_INPUT', /index 2.*2 elements/)],
  ].map(([name, index, expected]) =>
    chain(
      'TensorArrayReadV3',
      name,
      [floats(1, 2), int(2), int(0), int(index)],
      [
        array('x1'),
        node('written', 'TensorArrayWriteV3', ['array', 'x2', 'x0', 'array:1']),
        read('y', 'TensorArrayReadV3', ['array', 'x3', 'written']),
      ],
      expected,
      ['TensorArrayV3', 'TensorArrayWriteV3'],
    ),
  ),
  ...[
    [2, 0, 1],
    [1, 0, 2],
    [0, 1, 2],
  ].map((indices) =>
    chain(
      'TensorArrayGatherV3',
      `what was scattered to [${indices}]`,
      [matrix, int(3), ints(...indices)],
      [
        array('x1'),
        node('written', 'TensorArrayScatterV3', ['array', 'x2', 'x0', 'array:1']),
        read('y', 'TensorArrayGatherV3', ['array', 'x2', 'written']),
      ],
      [matrix],
      ['TensorArrayScatterV3'],
    ),
  ),
  ...[
    [1, 2],
    [2, 1],
    [3, 0],
  ].map((lengths) =>
    chain(
      'TensorArrayConcatV3',
      `what was split into ${lengths}`,
      [matrix, int(2), ints(...lengths)],
      [
        array('x1'),
        node('written', 'TensorArraySplitV3', ['array', 'x0', 'x2', 'array:1']),
        read('joined', 'TensorArrayConcatV3', ['array', 'written']),
        node('y', 'Identity', ['joined']),
      ],
      [matrix],
      ['TensorArraySplitV3'],
    ),
  ),
  ...[0, 1, 7].map((size) =>
    chain(
      'TensorArraySizeV3',
      `of ${size}`,
      [int(size)],
      [array('x0'), node('y', 'TensorArraySizeV3', ['array', 'array:1'])],
      [i32([], [size])],
    ),
  ),
  ...[0, 1, 7].map((size) =>
    chain(
      'TensorArrayCloseV3',
      `of ${size}, before a use`,
      [int(size)],
      [
        array('x0'),
        node('close', 'TensorArrayCloseV3', ['array']),
        node('y', 'TensorArraySizeV3', ['array', 'array:1', '^close']),
      ],
      bad('E_INPUT', /closed/),
    ),
  ),
];

const KEYS = {
  string: { keys: str([2], ['a', 'b']), wanted: str([3], ['b', '', 'a']), type: 'DT_STRING' },
  int32: { keys: i32([2], [7, -7]), wanted: i32([3], [-7, 0, 7]), type: 'DT_INT64' },
  float32: { keys: floats(0.5, 0), wanted: floats(0, 7, 0.5), type: 'DT_FLOAT' },
};

/** Versions of the ops, and the op that fills the table. */
const TABLES = [
  ['', 'InitializeTable'],
  ['V2', 'InitializeTableV2'],
  ['', 'LookupTableImport'],
  ['V2', 'LookupTableImportV2'],
];

const tables = TABLES.flatMap(([version, fill]) =>
  Object.entries(KEYS).map(([name, { keys, wanted, type }]) =>
    chain(
      fill,
      `keys of ${name}`,
      [keys, floats(10, 20), wanted, f32([], [-1])],
      [
        node('table', `HashTable${version}`, [], {
          key_dtype: { type },
          value_dtype: { type: 'DT_FLOAT' },
          shared_name: text(`table of ${name}`),
        }),
        node('fill', fill, ['table', 'x0', 'x1']),
        node('y', `LookupTableFind${version}`, ['table', 'x2', 'x3', '^fill']),
        node('y1', `LookupTableSize${version}`, ['table', '^fill']),
      ],
      [floats(20, -1, 10), i32([], [2])],
      [`HashTable${version}`, `LookupTableFind${version}`, `LookupTableSize${version}`],
    ),
  ),
);

export const CASES = [...lists, ...arrays, ...tables];
