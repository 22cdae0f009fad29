// SPDX-License-Identifier: Apache-2.0
// Installs the npm packages of package-lock.json if it has changed since the last time.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { run, ToolError } from '../lib/run.mjs';

const LOCK = join(ROOT, 'package-lock.json');
const STAMP = join(ROOT, 'node_modules/.installed-lock.json');

export async function setUpNpmPackages(note) {
  const wanted = readFileSync(LOCK, 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return note('already there');
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: ROOT });
  } catch (error) {
    throw new ToolError(
      'The npm packages of package-lock.json could not be installed; check the network and that "npm ci" works here.',
      { output: error.output, cause: error },
    );
  }
  writeFileSync(STAMP, wanted);
}
