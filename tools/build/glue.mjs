// SPDX-License-Identifier: Apache-2.0
// Rewrites the glue that Emscripten generates, since bundlers and browsers have problems with it. Each rule describes
// the problem.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.mjs';
import { ToolError } from '../lib/run.mjs';

/** The test for Node.js, in the glue. */
const IS_NODE = 'detectNode()';

const RULES = [
  {
    // Bundlers try to resolve Node.js modules, which browsers do not have. Without the top-level await, they can also
    // emit classic scripts, which they prefer for workers.
    pattern: /await import\((["'])(module|worker_threads)\1\)/g,
    replacement: 'process.getBuiltinModule("$2")',
  },
  {
    // Takes any polyfill of `process` for Node.js. Without threads, the glue needs nothing of Node.js.
    pattern:
      /typeof process=="object"&&typeof process\.versions=="object"&&typeof process\.versions\.node=="string"&&process\.type!="renderer"/g,
    replacement: (threads) => (threads ? IS_NODE : 'false'),
  },
  {
    // The same, where the file finds out whether it runs in a worker.
    pattern: /typeof globalThis\.process\?\.versions\?\.node == 'string'/g,
    replacement: IS_NODE,
    threadsOnly: true,
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
    // A file that starts itself as a worker is an endless chain to some bundlers. js/core/thread-workers.ts starts it.
    pattern: /new Worker\(new URL\("glue-threads\.js",\s*import\.meta\.url\),\s*workerOptions\)/g,
    replacement: 'Module["startWorker"]()',
    threadsOnly: true,
  },
  {
    // Functions for signatures with 64-bit integers, which differ between the links. Nothing calls them.
    pattern: /var (dynCall_\w+)=Module\["\1"\]=\(([^)]*)\)=>\(\1=Module\["\1"\]=wasmExports\["\1"\]\)\(\2\);/g,
    replacement: '',
  },
  {
    // A program finds a worker of Node.js in place of the browser's.
    pattern: /global\.Worker=worker_threads\.Worker;/g,
    replacement: '',
    threadsOnly: true,
  },
  {
    // An error of a worker is thrown in its event handler, where nobody can catch it.
    pattern: /worker\.onerror=e=>\{var message="worker sent an error!";err\([^;]*\);throw e\}/g,
    replacement: 'worker.onerror=e=>Module["workerFailed"](e)',
    threadsOnly: true,
  },
];

/** Patterns that must not be left. */
const REMAINDER = /\bimport\(|new URL\("|new Worker\(|process\.versions|process\.type/;

/**
 * Emscripten's glue in a form that bundlers and browsers can use.
 *
 * @param {string} source
 * @param {{threads: boolean, nodeDetection: string}} options The result of nodeDetection().
 */
export function makeBundlable(source, { threads, nodeDetection }) {
  let result = source;
  for (const { pattern, replacement, threadsOnly = false } of RULES) {
    if (threadsOnly && !threads) continue;
    if (!result.match(pattern)) throw new ToolError(`The glue of Emscripten has changed: it has no ${pattern}.`);
    result = result.replace(pattern, typeof replacement === 'function' ? replacement(threads) : replacement);
  }
  const left = REMAINDER.exec(result);
  if (left) {
    const excerpt = result.slice(left.index, left.index + 80);
    throw new ToolError(`The glue of Emscripten has changed: bundlers will stumble over ${JSON.stringify(excerpt)}.`);
  }
  return threads ? `${nodeDetection}\n${result}` : result;
}

/** JavaScript that defines the test for Node.js, from js/core/node-detection.ts. */
export async function nodeDetection() {
  // Imported late, since setup may just have installed it.
  const { transform } = await import('esbuild');
  const source = readFileSync(join(ROOT, 'js/core/node-detection.ts'), 'utf8');
  const { code } = await transform(source, { loader: 'ts', target: 'es2022' });
  // The glue has an `isNode` of its own.
  return `const detectNode = (() => {${code.replace('export function', 'return function')}})();`;
}
