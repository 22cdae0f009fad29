// SPDX-License-Identifier: Apache-2.0
// Wraps the core of dist/ (SIMD, one thread) for tests: records calls and live handles, makes calls fail on request,
// and can limit the memory offered for weights.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';

const DIST = pathToFileURL(path.join(ROOT, 'dist/')).href;

/** Which method creates a handle, which disposes it, and the set that tracks it. */
const LIVES = [
  ['readGraph', 'disposeGraph', 'graphs'],
  ['createWeightDecoder', 'disposeWeightDecoder', 'decoders'],
  ['createModel', 'disposeModel', 'models'],
];

export class WatchedCore {
  /** Handles that were created and not disposed. */
  graphs = new Set();
  decoders = new Set();
  models = new Set();
  /** The core as passed to the code under test. */
  module;
  /** Method name -> argument lists of its calls since the last reset(). */
  #calls = new Map();
  #failures = new Map();
  #runs = new Map();
  #targetBytes = Number.POSITIVE_INFINITY;

  /** @param core A CoreModule (js/core/core-module.ts). */
  constructor(core) {
    const methods = new Map();
    this.module = new Proxy(core, {
      get: (target, name) => {
        const value = target[name];
        if (typeof value !== 'function') return value;
        if (!methods.has(name)) methods.set(name, (...args) => this.#call(target, name, args));
        return methods.get(name);
      },
    });
  }

  /** Forgets all recorded calls and pending failures. Weights then get at most `targetBytes` at a time. */
  reset({ targetBytes = Number.POSITIVE_INFINITY } = {}) {
    this.#calls.clear();
    this.#failures.clear();
    this.#targetBytes = targetBytes;
    this.weightBytes = [];
    this.runs = [];
  }

  /** All committed bytes of weights, in order. */
  weightBytes = [];
  /** The feeds and fetches of each call of run(). */
  runs = [];

  /** Makes one call of a method throw: the next one, or the one after `others` more calls. */
  failNext(method, error, others = 0) {
    this.#failures.set(method, { error, others });
  }

  /** The argument lists of all calls of a method. */
  callsOf(method) {
    return this.#calls.get(method) ?? [];
  }

  #call(core, method, args) {
    const failure = this.#failures.get(method);
    if (failure && failure.others-- === 0) {
      this.#failures.delete(method);
      throw failure.error;
    }
    this.#calls.set(method, [...this.callsOf(method), args]);
    this.#noteBefore(core, method, args);
    const result = core[method](...args);
    this.#noteAfter(method, args, result);
    return method === 'weightTargetBytes' ? Math.min(result, this.#targetBytes) : result;
  }

  #noteBefore(core, method, args) {
    if (method === 'commitWeights') {
      const [decoder, byteLength] = args;
      const address = core.weightTargetAddress(decoder);
      this.weightBytes.push(...core.HEAPU8.subarray(address, address + byteLength));
    }
    if (method === 'run') this.runs.push(this.#runs.get(`${args[0]} ${args[1]}`));
  }

  #noteAfter(method, args, result) {
    for (const [make, end, kind] of LIVES) {
      if (method === make) this[kind].add(result);
      if (method === end) this[kind].delete(args[0]);
    }
    if (method === 'prepareRun') this.#runs.set(`${args[0]} ${result}`, { feeds: args[1], fetches: args[2] });
  }
}

/** Creates a core of dist/ from `glue` ('glue' or 'glue-threads') and wraps it. */
export async function createWatchedCore(options, glue = 'glue') {
  const { default: createCore } = await import(`${DIST}${glue}.js`);
  return new WatchedCore(await createCore(options));
}

/** The bytes of a variant's wasm file. */
export const readWasm = (variant = 'simd') => readFile(new URL(`tfwasm-${variant}.wasm`, DIST));

/** Starts a core for the module that `importSource()` returned, and returns the wrapper. Call it once per module. */
export async function startWatchedCore(tf) {
  let core;
  globalThis.createTestCore = async (options) => {
    core = await createWatchedCore(options);
    return core.module;
  };
  tf.setWasmPaths(DIST);
  tf.setWasmVariant('simd');
  await tf.ready();
  delete globalThis.createTestCore;
  core.reset();
  return core;
}
