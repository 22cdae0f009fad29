// SPDX-License-Identifier: Apache-2.0
// The two libraries behind one face. They share the names and semantics of TensorFlow.js, so that
// they differ only in how they are started.

/**
 * @typedef {object} Engine
 * @property {string} library Name and version.
 * @property {string} variant Which wasm build runs.
 * @property {number} threads How many threads it really uses.
 * @property {object} tf loadGraphModel, tensor, dispose and so on.
 */

/** @returns {Promise<Engine>} */
async function startTfwasm({ variant, threads }) {
  const tf = await import('../dist/index.js');
  tf.setThreadsCount(threads);
  tf.setWasmVariant(threads > 1 ? `${variant}-threads` : variant);
  await tf.ready();
  return { library: `tfwasm ${tf.version}`, variant: tf.getWasmVariant(), threads: tf.getThreadsCount(), tf };
}

/** The UMD files that its users load. As modules they run just the same: they set a global. */
const TFJS_FILES = [
  'tfjs-core/dist/tf-core.min.js',
  'tfjs-backend-cpu/dist/tf-backend-cpu.min.js',
  'tfjs-converter/dist/tf-converter.min.js',
  'tfjs-backend-wasm/dist/tf-backend-wasm.min.js',
];

/** @returns {Promise<Engine>} */
async function startTfjs({ threads }) {
  const folder = new URL('/tfjs/', import.meta.url);
  for (const file of TFJS_FILES) await import(new URL(file, folder));
  const { tf } = globalThis;
  tf.wasm.setWasmPaths(new URL('tfjs-backend-wasm/dist/', folder).href);
  tf.wasm.setThreadsCount(threads);
  // Its build without threads is the faster one for a single thread.
  if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    library: `@tensorflow/tfjs-backend-wasm ${tf.wasm.version_wasm}`,
    variant: threads === 1 ? 'simd' : 'simd-threads',
    threads: tf.wasm.getThreadsCount(),
    tf,
  };
}

/**
 * Starts an engine in this realm. One realm holds one engine.
 *
 * @param {{engine: 'tfwasm' | 'tfjs', variant?: 'simd' | 'relaxed', threads: number}} spec
 * @returns {Promise<Engine>}
 */
export function startEngine(spec) {
  return spec.engine === 'tfjs' ? startTfjs(spec) : startTfwasm(spec);
}
