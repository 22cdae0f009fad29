// SPDX-License-Identifier: Apache-2.0
// Functions of TensorFlow in models of Keras 2, against their definitions: to arrange, join and split tensors.
import { before, describe, test } from 'node:test';

import { call2, counted, ref, rows, skip, SWAPPED, tf, VALUES, x } from './operation-calls.mjs';
import { checkModel, input, keras2 } from './operation-models.mjs';

describe('functions of TensorFlow', { skip }, () => {
  before(() => tf.ready());

  describe('shapes', () => {
    const cube = input('x', counted(12), [2, 3, 2]);
    const flat = [counted(6), counted(6).map((v) => v + 6)];
    call2('reshape', flat, { shape: [-1, 6] }, cube);
    call2('keras.backend.batch_flatten', flat, {}, cube);
    call2(
      'expand_dims',
      rows((row) => [row]),
      { axis: 1 },
    );
    call2(
      'compat.v1.expand_dims',
      rows((row) => [row]),
      { dim: 1 },
    );
    call2('squeeze', [[0, 1]], { axis: [1] }, input('x', [[[0, 1]]], [1, 1, 2]));
    call2('compat.v1.squeeze', [[0, 1]], { squeeze_dims: [1] }, input('x', [[[0, 1]]], [1, 1, 2]));
    for (const [name, kwargs] of [
      ['transpose', { perm: [0, 2, 1] }],
      ['keras.backend.permute_dimensions', { pattern: [0, 2, 1] }],
    ]) {
      call2(name, SWAPPED, kwargs, cube);
    }
    call2(
      'tile',
      rows((row) => [...row, ...row]),
      { multiples: [1, 2] },
    );
    call2(
      'repeat',
      rows((row) => row.flatMap((v) => [v, v])),
      { repeats: 2, axis: 1 },
    );
    call2(
      'repeat',
      rows(([a, , c, d]) => [a, c, c, d]),
      { repeats: [1, 0, 2, 1], axis: 1 },
    );
    call2('shape', [2, 4]);
    call2('size', 8);
    call2('rank', 2);
    call2(
      'pad',
      rows((row) => [0, ...row, 0, 0]),
      {
        paddings: [
          [0, 0],
          [1, 2],
        ],
      },
    );
    call2(
      'pad',
      rows((row) => [7, ...row]),
      {
        paddings: [
          [0, 0],
          [1, 0],
        ],
        mode: 'CONSTANT',
        constant_values: 7,
      },
    );
    call2(
      'pad',
      rows(([a, b, c, d]) => [c, b, a, b, c, d]),
      {
        paddings: [
          [0, 0],
          [2, 0],
        ],
        mode: 'REFLECT',
      },
    );
    call2(
      'reverse',
      rows((row) => [...row].reverse()),
      { axis: [1] },
    );
    call2(
      'roll',
      rows(([a, b, c, d]) => [d, a, b, c]),
      { shift: 1, axis: 1 },
    );
    call2('broadcast_to', [VALUES, VALUES], { shape: [2, 2, 4] }, { ...x, isFixed: true });
    call2(
      'keras.backend.repeat_elements',
      rows((row) => row.flatMap((v) => [v, v, v])),
      { rep: 3, axis: 1 },
    );
    call2(
      'keras.backend.temporal_padding',
      [[[0], [1], [2], [0]]],
      { padding: [1, 1] },
      input('x', [[[1], [2]]], [1, 2, 1]),
    );
    test('split gives several outputs', () =>
      checkModel(
        tf,
        keras2('split', ref('x', { num_or_size_splits: 2, axis: 1 }), [x], 2),
        [x],
        [rows((row) => row.slice(0, 2)), rows((row) => row.slice(2))],
        'split',
      ));
    test('split by sizes', () =>
      checkModel(
        tf,
        keras2('split', ref('x', { num_or_size_splits: [1, 3], axis: -1 }), [x], 2),
        [x],
        [rows((row) => row.slice(0, 1)), rows((row) => row.slice(1))],
        'split',
      ));
    test('unstack', () =>
      checkModel(
        tf,
        keras2('unstack', ref('x', { axis: 1 }), [x], 4),
        [x],
        [0, 1, 2, 3].map((i) => rows((row) => row[i])),
        'unstack',
      ));
    for (const [name, expected] of [
      ['concat', rows((row) => [...row, ...row])],
      ['keras.backend.concatenate', rows((row) => [...row, ...row])],
      ['stack', rows((row) => row.map((v) => [v, v]))],
    ]) {
      const kwargs = { axis: -1 };
      test(`${name} of a list`, () =>
        checkModel(tf, keras2(name, [ref('x', kwargs), ref('x', kwargs)], [x]), [x], [expected], name));
    }
    test('stack of a tensor and a constant', () => {
      const constant = [
        [1, 1, 1, 1],
        [2, 2, 2, 2],
      ];
      const node = [ref('x', { axis: 0 }), ['_CONSTANT_VALUE', -1, constant, { axis: 0 }]];
      const json = keras2('stack', node, [{ ...x, isFixed: true }]);
      return checkModel(tf, json, [x], [[VALUES, constant]], 'stack');
    });
  });
});
