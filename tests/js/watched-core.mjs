// SPDX-License-Identifier: Apache-2.0
// The core of dist/, with SIMD, behind a watch: it records calls and live handles, makes calls fail, and limits the room
// for weights.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from '../../tools/lib/paths.mjs';

const DIST = pathToFileURL(path.join(ROOT, 'dist/')).href;

/** Methods that create and dispose handles, and the field of WatchedCore that holds the live ones. */
const LIVES = [
  ['readGraph', 'disposeGraph', 'graphs'],
  ['createWeightDecoder', 'disposeWeightDecoder', 'decoders'],
  ['createModel', 'disposeModel', 'models'],
];

export class WatchedCore {
  /** The CoreModule for the code under test. */
  module;
  /** Live handles. */
  graphs = new Set();
  decoders = new Set();
  models = new Set();
  /** Since reset(): all weight bytes in order, and the feeds and fetches of each call of run(). */
  weightBytes = [];
  runs = [];
  #calls = new Map();
  #failures = new Map();
  #targetBytes = Number.POSITIVE_INFINITY;
  #programs = new Map();

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

  /** Drops all records and pending failures. `targetBytes` limits each target for weights from now on. */
  reset({ targetBytes = Number.POSITIVE_INFINITY } = {}) {
    this.weightBytes = [];
    this.runs = [];
    this.#calls.clear();
    this.#failures.clear();
    this.#targetBytes = targetBytes;
  }

  /** Makes a later call of a method throw `error`, once: the next call, or that after `others` successful ones. */
  failNext(method, error, others = 0) {
    this.#failures.set(method, { error, others });
  }

  /** The arguments of each call of a method since reset(). */
  callsOf(method) {
    return this.#calls.get(method) ?? [];
  }

  #call(core, method, args) {
    const failure = this.#failures.get(method);
    if (failure && failure.others-- === 0) {
      this.#failures.delete(method);
      throw failure.error;
    }
    if (!this.#calls.has(method)) this.#calls.set(method, []);
    this.#calls.get(method).push(args);
    this.#recordBefore(core, method, args);
    const result = core[method](...args);
    this.#recordAfter(method, args, result);
    return method === 'weightTargetBytes' ? Math.min(result, this.#targetBytes) : result;
  }

  #recordBefore(core, method, args) {
    if (method === 'commitWeights') {
      const [decoder, byteLength] = args;
      const address = core.weightTargetAddress(decoder);
      this.weightBytes.push(...core.HEAPU8.subarray(address, address + byteLength));
    }
    if (method === 'run') this.runs.push(this.#programs.get(`${args[0]} ${args[1]}`));
  }

  #recordAfter(method, args, result) {
    for (const [create, dispose, kind] of LIVES) {
      if (method === create) this[kind].add(result);
      if (method === dispose) this[kind].delete(args[0]);
    }
    if (method === 'compileRun') this.#programs.set(`${args[0]} ${result}`, { feeds: args[1], fetches: args[2] });
  }
}

/** Creates a watched core. `glue` is 'glue' or 'glue-threads'. */
export async function createWatchedCore(options, glue = 'glue') {
  const { default: createCore } = await import(`${DIST}${glue}.js`);
  return new WatchedCore(await createCore(options));
}

/** The wasm binary of a variant. */
export const readWasm = (variant = 'simd') => readFile(new URL(`tfwasm-${variant}.wasm`, DIST));

/** Starts a core for the result of `importSource()`, which must not have one, and returns its watch. */
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
