// SPDX-License-Identifier: Apache-2.0
// Has git run the hooks of .githooks/ in this clone: npm run hooks.
import { ROOT } from './lib/paths.mjs';
import { run, runMain } from './lib/run.mjs';

await runMain(async () => {
  await run('git', ['config', 'core.hooksPath', '.githooks'], { cwd: ROOT });
  console.log('git checks the format before every commit now; "git config --unset core.hooksPath" ends that.');
});
