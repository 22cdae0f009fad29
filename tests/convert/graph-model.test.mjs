// SPDX-License-Identifier: Apache-2.0
// Graph models of TensorFlow.js, converted once more.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { missing } from '../prerequisites.mjs';
import { affine, predict } from './affine-model.mjs';
import { convert, fileTree, weightsOf } from './convert.mjs';

const skip = missing('dist');

describe('graph models of TensorFlow.js', { skip }, () => {
  test('are written anew', async () => {
    const first = await convert(affine());
    const second = await convert(fileTree(Object.fromEntries(first.files)), {
      quantization: (weight) => (weight.name.endsWith('ReadVariableOp') ? 'float16' : undefined),
      metadata: { author: 'me' },
    });
    assert.deepEqual(await predict(second, [1, 10]), [12, 50]);
    assert.deepEqual(second.json.signature, first.json.signature);
    assert.deepEqual(second.json.userDefinedMetadata, { author: 'me' });
    assert.deepEqual(
      weightsOf(second).map(({ quantization }) => quantization?.dtype),
      ['float16', 'float16'],
    );
  });
});
