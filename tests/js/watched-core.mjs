// SPDX-License-Identifier: Apache-2.0
// The core of dist/, with SIMD and without threads, behind a watch: it notes what is called and what is alive, lets
// calls fail, and can make the room for weights small.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';

const DIST = pathToFileURL(path.join(ROOT, 'dist/')).href;

/** What makes a handle, what ends it, and of what it is. */
const LIVES = [
  ['readGraph', 'disposeGraph', 'graphs'],
  ['createWeightDecoder', 'disposeWeightDecoder', 'decoders'],
  ['createModel', 'disposeModel', 'models'],
];

export class WatchedCore {
  /** Handles of what has been made and not been disposed. */
  graphs = new Set();
  decoders = new Set();
  models = new Set();
  /** What the code under test gets. */
  module;
  /** Calls since the last reset(), of the methods that were called: lists of arguments. */
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

  /** Forgets all calls and all failures to come. Weights get at most `targetBytes` of room at once. */
  reset({ targetBytes = Number.POSITIVE_INFINITY } = {}) {
    this.#calls.clear();
    this.#failures.clear();
    this.#targetBytes = targetBytes;
    this.weightBytes = [];
    this.runs = [];
  }

  /** The bytes of weights that were committed, in order. */
  weightBytes = [];
  /** Calls of run(): their feeds and fetches. */
  runs = [];

  /** Lets a call of a method throw: the next one, or that after `others` others. */
  failNext(method, error, others = 0) {
    this.#failures.set(method, { error, others });
  }

  /** The arguments of each call of a method. */
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

/** A core of dist/ that is watched, made as `glue` ('glue' or 'glue-threads') makes it. */
export async function createWatchedCore(options, glue = 'glue') {
  const { default: createCore } = await import(`${DIST}${glue}.js`);
  return new WatchedCore(await createCore(options));
}

/** The binary of a variant. */
export const readWasm = (variant = 'simd') => readFile(new URL(`tfwasm-${variant}.wasm`, DIST));

/** Starts a core for what `importSource()` gave, once, and returns its watch. */
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
