// SPDX-License-Identifier: Apache-2.0
// Lists all ops. The core can only tell whether a name is an op, so candidates are taken from the sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../../tools/lib/paths.mjs';

/** The names of all ops, aliases included, sorted. `core`: see core.mjs. */
export function opNames(core) {
  const folder = join(ROOT, 'src/ops');
  const candidates = new Set();
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith('.cc')) continue;
    for (const [, text] of readFileSync(join(folder, file), 'utf8').matchAll(/"([\w,]+)"/g)) {
      // Aliases are lists separated by commas.
      for (const name of text.split(',')) candidates.add(name);
    }
  }
  return [...candidates].filter((name) => core.hasOp(name)).sort();
}
