// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';

/** Copies the licence of a bundled npm package into a folder. */
export function copyLicence(name, folder) {
  const source = join(ROOT, 'node_modules', name);
  const file = readdirSync(source).find((entry) => /^LICENSE(\.txt|\.md)?$/.test(entry));
  if (!file) throw new ToolError(`The package ${name} has no licence.`);
  copyFileSync(join(source, file), join(folder, `LICENSE-${name.split('/').at(-1)}.txt`));
}
