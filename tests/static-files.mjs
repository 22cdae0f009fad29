// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { DIST } from '../tools/lib/paths.mjs';

/** The files of the entry `tfwasm/static`: its own, and those that it imports. */
export function staticFiles() {
  const text = readFileSync(`${DIST}/static.js`, 'utf8');
  return [
    'static.js',
    ...new Set(Array.from(text.matchAll(/\b(?:from|import)\s*"\.\/([\w-]+\.js)"/g), ([, name]) => name)),
  ];
}
