// SPDX-License-Identifier: Apache-2.0
// The API reference, from what "npm run build" has put into dist/: npm run docs writes build/site/api.
import path from 'node:path';
import { BUILD, ROOT } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { runMain } from './lib/run.mjs';

await runMain(async () => {
  const folder = path.join(BUILD, 'site/api');
  await new Progress(1).step('API reference', async (note) => {
    // Imported only now, so that a lack of npm packages is told in words.
    const { generateApiDocs } = await import('./api-docs/generate.mjs');
    await generateApiDocs(folder);
    note(path.relative(ROOT, folder));
  });
});
