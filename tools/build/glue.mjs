// SPDX-License-Identifier: Apache-2.0
// Rewrites the glue that Emscripten generates, since bundlers have problems with it. Each rule describes the problem.

import { ToolError } from '../lib/run.mjs';

const RULES = [
  {
    // Bundlers try to resolve Node.js modules, which browsers do not have. Without the top-level await, they can also
    // emit classic scripts, which they prefer for workers.
    pattern: /await import\((["'])(module|worker_threads)\1\)/g,
    replacement: 'process.getBuiltinModule("$2")',
  },
  {
    // Bundlers emit this file, which exists under other names. js/core/wasm-files.ts passes the binary in.
    pattern: /new URL\("glue(-threads)?\.wasm",\s*import\.meta\.url\)\.href/g,
    replacement: '""',
  },
  {
    // js/core/wasm-loader.ts always passes the binary in. This removes the code that fetches it.
    pattern:
      /if\(Module\["instantiateWasm"\]\)\{try\{(return Module\["instantiateWasm"\]\(\w+,\w+\))\}catch\(e\)\{[^{}]*(\$\{e\})?[^{}]*\}\}/g,
    replacement: '$1;',
  },
  {
    // Bundlers recognize a worker only if all arguments are literal.
    pattern: /(new Worker\(new URL\("glue-threads\.js",\s*import\.meta\.url\),)\s*workerOptions\)/g,
    replacement: '$1{type:"module",name:"em-pthread",workerData:"em-pthread"})',
    threadsOnly: true,
  },
];

/** Patterns that must not be left. */
const REMAINDER = /\bimport\(|new URL\("[^"]*\.wasm|workerOptions\)/;

/**
 * Emscripten's glue in a form that Vite, webpack and esbuild can bundle.
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
