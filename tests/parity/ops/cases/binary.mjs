// SPDX-License-Identifier: Apache-2.0
import { f32, i32, bool, str, c64, constant } from '../case.mjs';

export const CASES = [
  { op: 'AddV2', name: 'float32', inputs: [f32([2, 3]), f32([2, 3], 2)] },
  { op: 'AddV2', name: 'broadcasting', inputs: [f32([2, 1, 3]), constant(f32([4, 1], 2))] },
  { op: 'AddV2', name: 'complex64', inputs: [c64([2]), c64([2], 2)] },
  {
    op: 'AddV2',
    name: 'shapes that do not broadcast',
    inputs: [f32([2]), f32([3])],
    throws: { code: 'E_SHAPE', message: /broadcast/ },
  },
  { op: 'Identity', name: 'string', inputs: [str([2], ['a', 'é'])] },
  { op: 'Identity', name: 'bool', inputs: [bool([2])] },
  { op: 'Identity', name: 'int32', inputs: [i32([0, 2])] },
];
