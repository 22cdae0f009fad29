// SPDX-License-Identifier: Apache-2.0
// Lists all ops. The core can only tell whether a name is an op, so candidates are taken from the sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../../tools/lib/paths.mjs';

/**
 * The names of all ops of models, aliases included, sorted. `core`: see core.mjs. Ops that only gradients emit are
 * left out: models have none, and tests/cpp/autodiff compares each with differences of its forward op.
 */
export function opNames(core) {
  const folder = join(ROOT, 'src/ops');
  const candidates = new Set();
  const ofTraining = new Set();
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.cc')) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    for (const [, name] of source.matchAll(/TFWASM_TRAINING_OP[\s\S]*?"(_\w+)"/g)) ofTraining.add(name);
    for (const [, text] of source.matchAll(/"([\w,]+)"/g)) {
      // Aliases are lists separated by commas.
      for (const name of text.split(',')) candidates.add(name);
    }
  }
  return [...candidates].filter((name) => core.hasOp(name) && !ofTraining.has(name)).sort();
}
