// SPDX-License-Identifier: Apache-2.0
// Makes git run the hooks in .githooks/.
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { ask, run } from '../lib/run.mjs';

const CONFIG = ['config', 'core.hooksPath'];

export const installHooks = (root = ROOT) => run('git', [...CONFIG, '.githooks'], { cwd: root });

export const HOOKS_INSTALLED =
  'git checks the format before every commit now; "git config core.hooksPath .git/hooks" ends that.';

/** Installs the hooks, except in CI, or if `root` is no clone or has other hooks. Returns whether it did. */
export async function setUpHooks(root = ROOT, { CI } = process.env) {
  const git = (...args) => ask('git', args, { cwd: root });
  const top = git('rev-parse', '--show-toplevel');
  // A copy may lie in a clone of something else.
  if (CI || top === null || realpathSync(top) !== realpathSync(root) || git(...CONFIG) !== null) return false;
  if (existsSync(join(resolve(root, git('rev-parse', '--git-path', 'hooks')), 'pre-commit'))) return false;
  await installHooks(root);
  return true;
}
