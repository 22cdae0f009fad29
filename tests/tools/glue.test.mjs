// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { makeBundlable, nodeDetection } from '../../tools/build/glue.mjs';

const IS_NODE =
  'typeof process=="object"&&typeof process.versions=="object"&&typeof process.versions.node=="string"&&process.type!="renderer"';

const PLAIN = `
  var ENVIRONMENT_IS_NODE=${IS_NODE};
  if (isNode) { const {createRequire} = await import("module"); }
  if(Module["instantiateWasm"]){try{return Module["instantiateWasm"](info,receive)}catch(e){err('no');reject(e)}}
  var dynCall_ji=Module["dynCall_ji"]=(a0,a1)=>(dynCall_ji=Module["dynCall_ji"]=wasmExports["dynCall_ji"])(a0,a1);
  return new URL("glue.wasm", import.meta.url).href;`;

const THREADS = `
  var ENVIRONMENT_IS_NODE=${IS_NODE};
  if (isNode) { const {createRequire} = await import("module"); }
  if(Module["instantiateWasm"]){try{return Module["instantiateWasm"](info,receive)}catch(e){err('no');reject(e)}}
  var dynCall_ji=Module["dynCall_ji"]=(a0,a1)=>(dynCall_ji=Module["dynCall_ji"]=wasmExports["dynCall_ji"])(a0,a1);
  return new URL("glue-threads.wasm",import.meta.url).href;
  global.Worker=worker_threads.Worker;
  worker=new Worker(new URL("glue-threads.js",import.meta.url),workerOptions);
  worker.onerror=e=>{var message="worker sent an error!";err(\`\${message} \${e.filename}\`);throw e};
  var isNode = typeof globalThis.process?.versions?.node == 'string';
  if (isNode) isPthread = (await import('worker_threads')).workerData === 'em-pthread';`;

describe('makeBundlable', () => {
  test('leaves nothing to bundlers that they cannot find', () => {
    const plain = makeBundlable(PLAIN, { threads: false, nodeDetection: '' });
    assert.match(plain, /createRequire} = process\.getBuiltinModule\("module"\)/);
    assert.match(plain, /ENVIRONMENT_IS_NODE=false;/);
    assert.match(plain, /return "";/);
    assert.match(plain, /^ {2}return Module\["instantiateWasm"\]\(info,receive\);$/m);
    assert.doesNotMatch(plain, /import\(|import\.meta|await|dynCall/);
  });

  test('starts no worker, throws nothing in its event handlers, sets no global variable', async () => {
    const threads = makeBundlable(THREADS, { threads: true, nodeDetection: await nodeDetection() });
    assert.match(threads, /worker=Module\["startWorker"\]\(\);/);
    assert.match(threads, /worker\.onerror=e=>Module\["workerFailed"\]\(e\);/);
    assert.doesNotMatch(threads, /new Worker|throw e|global\.Worker/);
    assert.match(threads, /\(process\.getBuiltinModule\("worker_threads"\)\)\.workerData/);
    assert.doesNotMatch(threads, /import\(|await/);
  });

  test('asks for Node.js as the rest of the library does', async () => {
    const threads = makeBundlable(THREADS, { threads: true, nodeDetection: await nodeDetection() });
    assert.match(threads, /ENVIRONMENT_IS_NODE=detectNode\(\);/);
    assert.match(threads, /var isNode = detectNode\(\);/);
    const detect = (realm) =>
      new Function('globalThis', `${threads.split('\n  var ')[0]}; return detectNode();`)(realm);
    const tagged = (properties) => ({ [Symbol.toStringTag]: 'process', versions: { node: '22.0.0' }, ...properties });
    assert.equal(detect(globalThis), true);
    assert.equal(detect({ process: tagged() }), true);
    assert.equal(detect({}), false);
    assert.equal(detect({ process: { versions: { node: '16.8.0' } } }), false);
    assert.equal(detect({ process: tagged({ type: 'renderer' }) }), false);
    assert.equal(detect({ process: tagged({ type: 'worker' }) }), false);
    assert.equal(detect({ process: tagged(), navigator: { userAgent: 'Cloudflare-Workers' } }), false);
  });

  for (const [what, source] of [
    ['has no such line any more', PLAIN.replace('glue.wasm', 'core.wasm')],
    ['imports something else', `${PLAIN} await import("fs");`],
  ]) {
    test(`complains when the glue ${what}`, () => {
      assert.throws(() => makeBundlable(source, { threads: false, nodeDetection: '' }), {
        name: 'ToolError',
        message: /has changed/,
      });
    });
  }
});
