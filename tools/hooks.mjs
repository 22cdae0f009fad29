// SPDX-License-Identifier: Apache-2.0
// npm run hooks: makes git run the hooks in .githooks/ in this clone. npm test does so, too, in a clone without hooks.
import { runMain } from './lib/run.mjs';
import { HOOKS_INSTALLED, installHooks } from './setup/hooks.mjs';

await runMain(async () => {
  await installHooks();
  console.log(HOOKS_INSTALLED);
});
