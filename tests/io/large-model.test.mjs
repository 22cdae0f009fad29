// SPDX-License-Identifier: Apache-2.0
// Weights are streamed: saving takes little memory, however large the model is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { missing } from '../prerequisites.mjs';
import { measureFiles, measureOpfs } from './large-model.mjs';

const MEGABYTES = 400;

for (const [medium, measure, prerequisites] of [
  ['file://', measureFiles, ['dist']],
  ['opfs://', measureOpfs, ['dist', 'chromium']],
]) {
  test(`${medium} streams a large model both ways`, { skip: missing(...prerequisites) }, async () => {
    const { nothing, save, read, load } = await measure(MEGABYTES);
    // Between garbage collections, some hundred chunks accumulate, independent of the model's size.
    for (const { peak } of [save, read]) {
      assert.ok(peak - nothing.peak < 0.75 * MEGABYTES, `${peak} MB beside ${nothing.peak} MB`);
    }
    // There is one copy of the weights, in the wasm heap.
    assert.ok(load.peak - nothing.peak < 1.5 * MEGABYTES, `${load.peak} MB beside ${nothing.peak} MB`);
  });
}
