// SPDX-License-Identifier: Apache-2.0
// Memory: tidy, keep, dispose and what is in use.
import { TfwasmError } from '../core/errors.js';
import { callCore, isReady } from '../core/runtime.js';
import { runInScope } from './scopes.js';
import { waiting } from './storage.js';
import { Tensor } from './tensor.js';

/** What `memory()` tells. */
export interface MemoryInfo {
  /** Tensors that have not been disposed. */
  numTensors: number;
  /** Buffers behind them: fewer, when tensors share one. */
  numDataBuffers: number;
  /** Bytes of these buffers. What models hold for themselves shows in `heapBytes` only. */
  numBytes: number;
  /** Always false: the numbers are exact. */
  unreliable: boolean;
  /** Size of the wasm heap, which grows but never shrinks; 0 before ready(). */
  heapBytes: number;
}

/** Every tensor in a container, each once. */
export function tensorsIn(container: unknown): Set<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<object>();
  const pending: unknown[] = [container];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Tensor) found.add(value);
    else if (!ArrayBuffer.isView(value)) for (const part of Object.values(value)) pending.push(part);
  }
  return found;
}

/**
 * Runs a synchronous function and disposes all tensors that it made, except those that it returns
 * (alone or inside arrays and objects) and those that were given to `keep`.
 *
 * @returns What the function returns.
 */
export function tidy<T>(f: () => T): T;
/** As above; the name is for the reader only. */
export function tidy<T>(name: string, f: () => T): T;
export function tidy<T>(nameOrFunction: string | (() => T), f?: () => T): T {
  const body = typeof nameOrFunction === 'function' ? nameOrFunction : f;
  if (typeof body !== 'function') {
    throw new TfwasmError('E_INPUT', 'tidy() takes a function, after an optional name');
  }
  return runInScope(body, (result) => {
    if (result instanceof Promise) {
      console.error('Cannot return a Promise inside of tidy: its tensors are disposed before it settles.');
    }
    return tensorsIn(result);
  });
}

/** Keeps a tensor from being disposed by the `tidy` around it. Returns the tensor. */
export function keep<T extends Tensor>(result: T): T {
  if (!(result instanceof Tensor)) throw new TfwasmError('E_INPUT', 'keep() takes a tensor');
  result.kept = true;
  return result;
}

/** Disposes every tensor found in a container: a tensor, or arrays and objects with some inside. */
export function dispose(container: unknown): void {
  for (const tensor of tensorsIn(container)) tensor.dispose();
}

/** What is in use now. */
export function memory(): MemoryInfo {
  const { numTensors, numDataBuffers, numBytes, heapBytes } = isReady()
    ? callCore((core) => core.memory())
    : { numTensors: 0, numDataBuffers: 0, numBytes: 0, heapBytes: 0 };
  return {
    numTensors: numTensors + waiting.tensors,
    numDataBuffers: numDataBuffers + waiting.buffers,
    numBytes: numBytes + waiting.bytes,
    unreliable: false,
    heapBytes,
  };
}
