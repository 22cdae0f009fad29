// SPDX-License-Identifier: Apache-2.0
// Loads the package once, on first use.
import { formatBytes } from './format.js';

/**
 * @callback Progress
 * @param {string} text
 * @param {number} [fraction] Left out while the size is unknown.
 */

/** @type {Set<Progress>} */
const watchers = new Set();
let loading;

/**
 * @param {Progress} [progress] Called while the library is loading.
 * @returns {Promise<typeof import('../../dist/index.js')>} when its core has started.
 */
export async function loadLibrary(progress) {
  if (progress) watchers.add(progress);
  loading ??= start();
  try {
    return await loading;
  } catch (error) {
    loading = undefined;
    throw new Error(`The library could not be loaded (is it built?): ${error.message}`, { cause: error });
  } finally {
    watchers.delete(progress);
  }
}

function tell(text, fraction) {
  for (const watcher of watchers) watcher(text, fraction);
}

async function start() {
  tell('Loading the library…');
  const tf = await import('../../dist/index.js');
  const restore = watchBinary();
  try {
    await tf.ready();
  } finally {
    restore();
  }
  return tf;
}

/** Tells how much of the wasm binary has arrived. It is by far the largest file. @returns {() => void} Ends this. */
function watchBinary() {
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    // A clone, since browsers cache the compiled code of original responses only.
    if (response.ok && /\.wasm($|\?)/.test(response.url)) countBytes(response.clone()).catch(() => {});
    return response;
  };
  return () => {
    globalThis.fetch = fetch;
  };
}

async function countBytes({ headers, body }) {
  // The length of compressed responses is not that of their content.
  const total = headers.get('content-encoding') ? 0 : Number(headers.get('content-length'));
  let bytes = 0;
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (total > 0) tell(`Loading the library (${formatBytes(total)})…`, Math.min(1, bytes / total));
    else tell(`Loading the library… ${formatBytes(bytes)}`);
  }
  tell('Starting the library…');
}
