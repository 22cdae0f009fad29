// SPDX-License-Identifier: Apache-2.0
// SavedModels that change their variables.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { affine, affineModel, affineValues, float, predict } from './affine-model.mjs';
import { convert } from './convert.mjs';
import { attr, constant, functionDef, node } from './graph-def.mjs';

const skip = missing('dist');

describe('SavedModels with state', { skip }, () => {
  test('with state are refused, unless it is frozen', async () => {
    const inner = [
      node('read', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
      node('next', 'AddV2', ['x', 'read:value:0'], float),
      node('assign', 'AssignVariableOp', ['s', 'next:z:0'], { dtype: attr.type('float32') }),
      node('other', 'ReadVariableOp', ['o', '^assign'], { dtype: attr.type('float32') }),
      node('add', 'AddV2', ['next:z:0', 'other:value:0'], float),
    ];
    const files = affine(affineValues, {}, affineModel({ inner }));
    await assert.rejects(convert(files), (error) => error.code === 'E_STATE' && /'scale'/.test(error.message));
    const converted = await convert(files, { freezeState: true });
    assert.match(converted.summary.notes.join(), /changes the variable 'scale'/);
  });

  test('may have state in branches that are never taken', async () => {
    const trains = functionDef(
      'trains',
      { x: 'float32', s: 'resource' },
      { r: 'float32' },
      [
        node('assign', 'AssignVariableOp', ['s', 'x'], { dtype: attr.type('float32') }),
        node('result', 'Identity', ['x', '^assign'], float),
      ],
      { r: 'result:output:0' },
    );
    const runs = functionDef(
      'runs',
      { x: 'float32', s: 'resource' },
      { r: 'float32' },
      [node('neg', 'Neg', ['x'], float)],
      { r: 'neg:y:0' },
    );
    const inner = [
      constant('no', 'bool', [], [0]),
      constant('yes', 'bool', [], [1]),
      node('both', 'LogicalAnd', ['no:output:0', 'yes:output:0']),
      node('if', 'If', ['both:z:0', 'x', 's'], {
        then_branch: attr.func('trains'),
        else_branch: attr.func('runs'),
        Tcond: attr.type('bool'),
        Tin: attr.types(['float32', 'resource']),
        Tout: attr.types(['float32']),
      }),
      node('read', 'ReadVariableOp', ['s'], { dtype: attr.type('float32') }),
      node('add', 'AddV2', ['if:output:0', 'read:value:0'], float),
    ];
    const model = affineModel({ inner, more: [trains, runs] });
    assert.deepEqual(await predict(await convert(affine(affineValues, {}, model)), [1, 10]), [1, -7]);
  });
});
