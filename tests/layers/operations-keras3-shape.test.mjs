// SPDX-License-Identifier: Apache-2.0
// Functions of keras.ops in models of Keras 3, against their definitions: to arrange, join and split tensors.
import { before, describe } from 'node:test';

import { call3, counted, kt, mapped, on, rows, skip, SWAPPED, tf, VALUES, x } from './operation-calls.mjs';
import { input, kerasTensor } from './operation-models.mjs';

describe('functions of keras.ops', { skip }, () => {
  before(() => tf.ready());

  describe('shapes', () => {
    const cube = on(counted(12), [2, 3, 2]);
    call3(
      'Reshape',
      { newshape: [-1, 2, 2] },
      rows(([a, b, c, d]) => [
        [a, b],
        [c, d],
      ]),
    );
    call3(
      'ExpandDims',
      { axis: -1 },
      mapped((v) => [v]),
    );
    call3(
      'ExpandDims',
      { axis: [1, 2] },
      rows((row) => [[row]]),
    );
    call3('Squeeze', { axis: 1 }, [[0, 1]], on([[[0, 1]]], [1, 1, 2]));
    for (const [className, config, expected] of [
      ['Transpose', { axes: [0, 2, 1] }, SWAPPED],
      ['Moveaxis', { source: -1, destination: 1 }, SWAPPED],
      ['Swapaxes', { axis1: 1, axis2: 2 }, SWAPPED],
      ['Rot90', { k: 1, axes: [1, 2] }, SWAPPED.map((matrix) => [...matrix].reverse())],
      ['Rot90', { k: 3, axes: [1, 2] }, SWAPPED.map((matrix) => matrix.map((row) => [...row].reverse()))],
    ]) {
      call3(className, config, expected, cube);
    }
    call3('Ravel', {}, VALUES.flat());
    call3('Size', {}, 8);
    call3('Ndim', {}, 2);
    call3(
      'Concatenate',
      { axis: -1 },
      rows((row) => [...row, ...row]),
      { args: [[kt, kt]] },
    );
    call3(
      'Stack',
      { axis: 1 },
      rows((row) => [row, row]),
      { args: [[kt, kt]] },
    );
    call3(
      'Append',
      { axis: 1 },
      rows((row) => [...row, ...row]),
      { args: [kt, kt] },
    );
    call3(
      'Hstack',
      {},
      rows((row) => [...row, ...row]),
      { args: [[kt, kt]] },
    );
    call3('Vstack', {}, [...VALUES, ...VALUES], { args: [[kt, kt]] });
    call3(
      'Dstack',
      {},
      mapped((v) => [v, v]),
      { args: [[kt, kt]] },
    );
    call3('Split', { indices_or_sections: 2, axis: 1 }, null, {
      outputs: [rows((row) => row.slice(0, 2)), rows((row) => row.slice(2))],
    });
    call3('Split', { indices_or_sections: [1], axis: -1 }, null, {
      outputs: [rows((row) => row.slice(0, 1)), rows((row) => row.slice(1))],
    });
    call3('Unstack', { num: null, axis: 1 }, null, {
      outputs: [0, 1, 2, 3].map((i) => rows((row) => row[i])),
      module: 'core',
    });
    call3(
      'Flip',
      { axis: 1 },
      rows((row) => [...row].reverse()),
    );
    call3(
      'Roll',
      { shift: -1, axis: 1 },
      rows(([a, b, c, d]) => [b, c, d, a]),
    );
    call3(
      'Repeat',
      { repeats: 2, axis: 1 },
      rows((row) => row.flatMap((v) => [v, v])),
    );
    call3(
      'Tile',
      { repeats: [1, 2] },
      rows((row) => [...row, ...row]),
    );
    call3(
      'Tile',
      { repeats: [2] },
      rows((row) => [...row, ...row]),
    );
    call3(
      'Pad',
      {
        pad_width: [
          [0, 0],
          [1, 2],
        ],
        mode: 'constant',
      },
      rows((row) => [9, ...row, 9, 9]),
      { kwargs: { constant_values: 9 } },
    );
    call3(
      'Pad',
      {
        pad_width: [
          [0, 0],
          [1, 1],
        ],
        mode: 'symmetric',
      },
      rows((row) => [row[0], ...row, row[3]]),
    );
    call3('BroadcastTo', { shape: [3, 2, 4] }, [VALUES, VALUES, VALUES], { given: [{ ...x, isFixed: true }] });
    call3('Meshgrid', { indexing: 'xy' }, null, {
      args: [kt, kerasTensor('y')],
      given: [input('x', [1, 2], [2]), input('y', [3, 4], [2])],
      outputs: [
        [
          [1, 2],
          [1, 2],
        ],
        [
          [3, 3],
          [4, 4],
        ],
      ],
    });
    call3('ArraySplit', { indices_or_sections: 3, axis: 1 }, null, {
      outputs: [rows((row) => row.slice(0, 2)), rows((row) => row.slice(2, 3)), rows((row) => row.slice(3))],
    });
    call3(
      'Rearrange',
      {},
      [
        [0, 2, 1, 3],
        [4, 6, 5, 7],
      ],
      { ...on(counted(8), [2, 2, 2]), args: [kt, 'b h w -> b (w h)'], module: 'einops' },
    );
    call3(
      'Rearrange',
      {},
      rows(([a, b, c, d]) => [
        [a, b],
        [c, d],
      ]),
      { args: [kt, 'b (h w) -> b h w'], kwargs: { h: 2 }, module: 'einops' },
    );
  });
});
