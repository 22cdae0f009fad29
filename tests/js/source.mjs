// SPDX-License-Identifier: Apache-2.0
// The TypeScript sources bundled as one module, internal modules included. Tests provide the core.
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { DEFINE } from '../../tools/build/javascript.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = path.join(ROOT, 'node_modules/.cache');

/** Internal modules that tests access. */
const INNER = ['core/features', 'core/links', 'core/wasm-files', 'io/string-items'];

/** Replaces Emscripten's glue; tests set `globalThis.createTestCore`. */
const GLUE = 'export default (options) => globalThis.createTestCore(options);';
/** The same for threads. In their workers it is that of dist/. */
const GLUE_THREADS = `import { isMainThread } from 'node:worker_threads';
${GLUE}
if (!isMainThread) await import(${JSON.stringify(pathToFileURL(path.join(ROOT, 'dist/glue-threads.js')).href)});`;

/**
 * @param {string[]} entries The entries to import, in this order: `index`, `inference`.
 * @returns {Promise<Record<string, any>>} Their exports, and `inner`: the exports of inner modules by
 *     module name.
 */
export function importSource(entries = ['index']) {
  const exported = entries.map((name) => `export * from './js/${name}.js';`);
  return importBundle([...innerModules(INNER), ...exported], { 'glue.js': GLUE, 'glue-threads.js': GLUE_THREADS });
}

/** Lines that export `inner`: the exports of these modules of js/ by name. */
export function innerModules(names) {
  const members = names.map((name, index) => `${JSON.stringify(name)}: m${index}`);
  return [
    ...names.map((name, index) => `import * as m${index} from './js/${name}.js';`),
    `export const inner = {${members.join(', ')}};`,
  ];
}

/**
 * Bundles TypeScript, with imports relative to the root, and imports it.
 *
 * @param {string[]} lines The source.
 * @param {Record<string, string | Uint8Array>} files Other modules, which are put beside the bundle.
 */
export async function importBundle(lines, files = {}) {
  const { build } = await import('esbuild');
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(path.join(CACHE, 'tfwasm-source-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = path.join(folder, 'source.mjs');
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    // The list of side effects in package.json is that of dist/.
    ignoreAnnotations: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    define: DEFINE,
    external: Object.keys(files).map((name) => `./${name}`),
    sourcemap: 'inline',
    outfile,
  });
  await writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return import(pathToFileURL(outfile).href);
}
