// SPDX-License-Identifier: Apache-2.0
// What Emscripten writes names files and modules in ways that bundlers stumble over. Each rule says
// what they would do.

import { ToolError } from '../lib/run.mjs';

const RULES = [
  {
    // They look for the modules of Node.js, which browsers do not have. Without the "await", they can
    // also make the classic scripts out of it that they prefer for workers.
    pattern: /await import\((["'])(module|worker_threads)\1\)/g,
    replacement: 'process.getBuiltinModule("$2")',
  },
  {
    // They ship this file, which is there under other names; js/core/wasm-files.ts hands the binary in.
    pattern: /new URL\("glue(-threads)?\.wasm",\s*import\.meta\.url\)\.href/g,
    replacement: '""',
  },
  {
    // js/core/wasm-loader.ts always hands the binary in; without this, all that fetches one would stay.
    pattern:
      /if\(Module\["instantiateWasm"\]\)\{try\{(return Module\["instantiateWasm"\]\(\w+,\w+\))\}catch\(e\)\{[^{}]*(\$\{e\})?[^{}]*\}\}/g,
    replacement: '$1;',
  },
  {
    // They understand a worker only when all is literal.
    pattern: /(new Worker\(new URL\("glue-threads\.js",\s*import\.meta\.url\),)\s*workerOptions\)/g,
    replacement: '$1{type:"module",name:"em-pthread",workerData:"em-pthread"})',
    threadsOnly: true,
  },
];

/** What must not be left over. */
const REMAINDER = /\bimport\(|new URL\("[^"]*\.wasm|workerOptions\)/;

/**
 * The JavaScript of Emscripten in a form that Vite, webpack and esbuild take.
 *
 * @param {string} source
 * @param {{threads: boolean}} variant
 */
export function makeBundlable(source, { threads }) {
  let result = source;
  for (const { pattern, replacement, threadsOnly = false } of RULES) {
    if (threadsOnly && !threads) continue;
    if (!result.match(pattern)) throw new ToolError(`The glue of Emscripten has changed: it has no ${pattern}.`);
    result = result.replace(pattern, replacement);
  }
  const left = REMAINDER.exec(result);
  if (left) {
    const excerpt = result.slice(left.index, left.index + 80);
    throw new ToolError(`The glue of Emscripten has changed: bundlers will stumble over ${JSON.stringify(excerpt)}.`);
  }
  return result;
}
