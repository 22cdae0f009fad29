// SPDX-License-Identifier: Apache-2.0
// Weights pass through: however large a model is, saving it takes little memory.
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
    // Between garbage collections some hundred of the passing pieces add up, however large the model is.
    for (const { peak } of [save, read]) {
      assert.ok(peak - nothing.peak < 0.75 * MEGABYTES, `${peak} MB beside ${nothing.peak} MB`);
    }
    // In the heap of wasm there is one copy of the weights, and no other anywhere.
    assert.ok(load.peak - nothing.peak < 1.5 * MEGABYTES, `${load.peak} MB beside ${nothing.peak} MB`);
  });
}
