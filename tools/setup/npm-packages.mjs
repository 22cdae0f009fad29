// SPDX-License-Identifier: Apache-2.0
// Installs the npm packages of package-lock.json if it has changed since the last time.
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';

/** Installs into the checkout `root`. */
export async function setUpNpmPackages(note, root = ROOT) {
  const folder = join(root, 'node_modules');
  const stamp = join(folder, '.installed-lock.json');
  const wanted = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return note('already there');
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new ToolError(
      `${folder} is a link to the packages of another package-lock.json, and "npm ci" would empty that folder; remove the link.`,
    );
  }
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  } catch (error) {
    throw new ToolError(
      'The npm packages of package-lock.json could not be installed; check the network and that "npm ci" works here.',
      { output: error.output, cause: error },
    );
  }
  writeFileSync(stamp, wanted);
}
