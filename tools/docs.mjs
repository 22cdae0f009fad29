// SPDX-License-Identifier: Apache-2.0
// npm run docs: writes the API reference to build/site/api. Needs the dist/ of "npm run build".
import path from 'node:path';
import { BUILD, ROOT } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { runMain } from './lib/run.mjs';

await runMain(async () => {
  const folder = path.join(BUILD, 'site/api');
  await new Progress(1).step('API reference', async (note) => {
    // A dynamic import, so that missing npm packages are reported as a readable error.
    const { generateApiDocs } = await import('./api-docs/generate.mjs');
    await generateApiDocs(folder);
    note(path.relative(ROOT, folder));
  });
});
