// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { makeBundlable } from '../../tools/build/glue.mjs';

const PLAIN = `
  if (isNode) { const {createRequire} = await import("module"); }
  if(Module["instantiateWasm"]){try{return Module["instantiateWasm"](info,receive)}catch(e){err('no');reject(e)}}
  return new URL("glue.wasm", import.meta.url).href;`;

const THREADS = `
  if (isNode) { const {createRequire} = await import("module"); }
  if(Module["instantiateWasm"]){try{return Module["instantiateWasm"](info,receive)}catch(e){err('no');reject(e)}}
  return new URL("glue-threads.wasm",import.meta.url).href;
  worker = new Worker(new URL("glue-threads.js", import.meta.url), workerOptions);
  if (isNode) isPthread = (await import('worker_threads')).workerData === 'em-pthread';`;

describe('makeBundlable', () => {
  test('leaves nothing to bundlers that they cannot find', () => {
    const plain = makeBundlable(PLAIN, { threads: false });
    assert.match(plain, /createRequire} = process\.getBuiltinModule\("module"\)/);
    assert.match(plain, /return "";/);
    assert.match(plain, /^ {2}return Module\["instantiateWasm"\]\(info,receive\);$/m);
    assert.doesNotMatch(plain, /import\(|import\.meta|await/);
  });

  test('makes the worker literal and keeps its name', () => {
    const threads = makeBundlable(THREADS, { threads: true });
    assert.match(
      threads,
      /new Worker\(new URL\("glue-threads\.js", import\.meta\.url\),\{type:"module",name:"em-pthread",workerData:"em-pthread"\}\)/,
    );
    assert.match(threads, /\(process\.getBuiltinModule\("worker_threads"\)\)\.workerData/);
    assert.doesNotMatch(threads, /import\(|await/);
  });

  for (const [what, source] of [
    ['has no such line any more', PLAIN.replace('glue.wasm', 'core.wasm')],
    ['imports something else', `${PLAIN} await import("fs");`],
  ]) {
    test(`complains when the glue ${what}`, () => {
      assert.throws(() => makeBundlable(source, { threads: false }), { name: 'ToolError', message: /has changed/ });
    });
  }
});
