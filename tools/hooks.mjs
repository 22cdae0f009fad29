// SPDX-License-Identifier: Apache-2.0
// npm run hooks: makes git run the hooks in .githooks/ in this clone.
import { ROOT } from './lib/paths.mjs';
import { run, runMain } from './lib/run.mjs';

await runMain(async () => {
  await run('git', ['config', 'core.hooksPath', '.githooks'], { cwd: ROOT });
  console.log('git checks the format before every commit now; "git config --unset core.hooksPath" ends that.');
});
