// SPDX-License-Identifier: Apache-2.0
// Builds the site as static files from the dist/ of "npm run build": playground, benchmark page, library and API
// reference. It works in any folder of any host.
//
//   npm run site               writes build/site
//   npm run site -- --serve    and serves it on http://localhost:8080
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain } from './lib/main.mjs';
import { BUILD, DIST, ROOT } from './lib/paths.mjs';
import { Progress } from './lib/progress.mjs';
import { runMain, ToolError } from './lib/run.mjs';
import { VARIANTS, wasmFileNames } from './lib/variants.mjs';
import { startServer } from './serve.mjs';

const FOLDERS = ['web', 'benchmark-page', 'dist'];
const API_PAGE = { title: 'API', url: '../api/index.html' };

/** Redirects from the root folder to the first page. */
const ENTRANCE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="refresh" content="0; url=web/index.html" />
    <title>tfwasm</title>
  </head>
  <body><a href="web/index.html">tfwasm</a></body>
</html>
`;

/** Writes the site into `folder` after emptying it. */
export async function assembleSite(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Declarations and source maps are for developers, who get them from the npm package.
  const isServed = (file) => !/\.(d\.ts|map)$/.test(file);
  for (const name of FOLDERS) {
    cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true, filter: isServed });
  }
  cpSync(path.join(ROOT, 'LICENSE'), path.join(folder, 'LICENSE.txt'));
  writeFileSync(path.join(folder, 'index.html'), ENTRANCE);
  // A dynamic import, so that missing npm packages are reported as a readable error.
  const { generateApiDocs } = await import('./api-docs/generate.mjs');
  await generateApiDocs(path.join(folder, 'api'));
  addPage(path.join(folder, 'web/common/pages.js'), API_PAGE);
}

/** Adds a page to the list from which page headers are built. */
function addPage(file, page) {
  const source = readFileSync(file, 'utf8');
  const end = source.lastIndexOf('];');
  if (end < 0) throw new ToolError(`${file} has no list of pages.`);
  writeFileSync(file, `${source.slice(0, end)}  ${JSON.stringify(page)},\n${source.slice(end)}`);
}

function checkBuild() {
  const wanted = ['index.js', 'index.d.ts', ...VARIANTS.flatMap(wasmFileNames)];
  const absent = wanted.filter((name) => !existsSync(path.join(DIST, name)));
  if (absent.length > 0) throw new ToolError(`dist/ has no ${absent.join(', ')}; "npm run build" makes them.`);
}

async function main() {
  const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });
  checkBuild();
  const folder = path.join(BUILD, 'site');
  await new Progress(1).step('Site', async (note) => {
    await assembleSite(folder);
    note(path.relative(ROOT, folder));
  });
  if (!values.serve) return;
  const { url } = await startServer({ root: folder, mounts: { '/': '.' } });
  console.log(`Serving the site on ${url} (stop with Ctrl+C).`);
}

if (isMain(import.meta.url)) await runMain(main);
