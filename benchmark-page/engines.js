// SPDX-License-Identifier: Apache-2.0
// A common interface for the libraries: that of TensorFlow.js, so that they differ only in startup.
import { startLiteRt, startOnnxRuntime } from './other-formats.js';
import { tfjsScript, tfjsWasmPaths } from './places.js';

/** The engines that can be measured: id -> display name. "other": a second build of tfwasm, in /other/. */
export const ENGINES = {
  'tfwasm-auto': 'tfwasm',
  'tfwasm-simd': 'tfwasm (simd)',
  'tfwasm-relaxed': 'tfwasm (relaxed simd)',
  'tfwasm-single': 'tfwasm (one thread)',
  'other-simd': 'other build (simd)',
  'other-relaxed': 'other build (relaxed simd)',
  'tfjs-wasm': 'tfjs wasm',
  'tfjs-webgl': 'tfjs webgl',
  'tfjs-cpu': 'tfjs cpu',
  'onnxruntime-wasm': 'ONNX Runtime Web',
  'litert-wasm': 'LiteRT.js',
};

/**
 * @typedef {object} EngineSpec
 * @property {keyof typeof ENGINES} id
 * @property {number} threads
 * @property {string} [subject] The id of the engine under test. "tfwasm-single" is the same with one thread.
 * @property {'local' | 'cdn'} [tfjs] Where to load TensorFlow.js from.
 * @property {string} [gradients] The URL of TensorFlow.js's gradients, which its core does not have.
 * @property {boolean} [layers] Whether TensorFlow.js needs its layers.
 *
 * @typedef {object} Engine
 * @property {EngineSpec['id']} id
 * @property {string} library Name and version.
 * @property {string} variant The wasm variant or backend.
 * @property {number} threads The number of threads in use.
 * @property {object} tf loadGraphModel, tensor, dispose and so on.
 * @property {boolean} [isAsync] Whether models have only executeAsync().
 * @property {() => number | null} heapBytes The size of its heap; null if unknown.
 * @property {() => () => number} [watchRuns] Returns a function with the milliseconds that programs have run since.
 */

/** Times the runs of captured programs, which training steps are, in the core itself. */
function watchRuns({ callCore }) {
  let total = 0;
  callCore((core) => {
    const { runFunction } = core;
    core.runFunction = (...args) => {
      const start = performance.now();
      try {
        return runFunction(...args);
      } finally {
        total += performance.now() - start;
      }
    };
  });
  return () => total;
}

/** @returns {Promise<Engine>} */
async function startTfwasm({ id, threads: most, subject }) {
  const isSingle = id === 'tfwasm-single';
  const [build, instructions] = (isSingle ? subject : id).split('-');
  const threads = isSingle ? 1 : most;
  const folder = build === 'other' ? '../other' : '../dist';
  const [tf, { default: internals }] = await Promise.all(
    ['index', 'common'].map((file) => import(`${folder}/${file}.js`)),
  );
  tf.setThreadsCount(threads);
  if (instructions !== 'auto') tf.setWasmVariant(threads > 1 ? `${instructions}-threads` : instructions);
  await tf.ready();
  return {
    id,
    // An older build may have a string.
    library: `tfwasm ${tf.version.tfwasm ?? tf.version}`,
    variant: tf.getWasmVariant(),
    threads: tf.getThreadsCount(),
    tf,
    heapBytes: () => tf.memory().heapBytes,
    watchRuns: () => watchRuns(internals),
  };
}

/** The wasm backend of TensorFlow.js uses at most half of the processors. This realm has as many as it needs. */
function allowThreads(threads) {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * threads });
}

/** @returns {Promise<Engine>} */
async function startTfjs({ id, threads, tfjs, gradients, layers }) {
  const backend = id.slice('tfjs-'.length);
  // The wasm and webgl backends use the cpu backend for small or unsupported ops.
  const parts = ['core', 'backend-cpu', layers ? 'layers' : 'converter'];
  if (backend !== 'cpu') parts.push(`backend-${backend}`);
  for (const part of parts) await import(await tfjsScript(tfjs, part));
  if (gradients) await import(gradients);
  const { tf } = globalThis;
  if (backend === 'wasm') {
    tf.wasm.setWasmPaths(await tfjsWasmPaths(tfjs, threads));
    allowThreads(threads);
    tf.wasm.setThreadsCount(threads);
    // For a single thread, the build without threads is faster.
    if (threads === 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot start its backend ${backend} here.`);
  await tf.ready();
  const isWasm = backend === 'wasm';
  return {
    id,
    library: `@tensorflow/tfjs-backend-${backend} ${tf.version_core}`,
    variant: isWasm ? (threads === 1 ? 'simd' : 'simd-threads') : backend,
    threads: isWasm ? tf.wasm.getThreadsCount() : 1,
    tf,
    heapBytes: () => (isWasm ? tf.backend().wasm.HEAPU8.byteLength : (tf.memory().numBytesInGPUAllocated ?? null)),
  };
}

/** By the first word of an id. */
const STARTS = {
  ...{ tfwasm: startTfwasm, other: startTfwasm, tfjs: startTfjs },
  ...{ onnxruntime: startOnnxRuntime, litert: startLiteRt },
};

/**
 * Starts an engine in this realm. A realm has one engine.
 *
 * @param {EngineSpec} spec
 * @returns {Promise<Engine>}
 */
export const startEngine = (spec) => STARTS[spec.id.split('-')[0]](spec);
