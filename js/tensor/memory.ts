// SPDX-License-Identifier: Apache-2.0
// Memory management: tidy, keep, dispose, memory.
import { TfwasmError } from '../core/errors.js';
import { describeForeignTensor } from '../core/foreign.js';
import { callCore, isReady } from '../core/runtime.js';
import { runInScope } from './scopes.js';
import { waiting } from './storage.js';
import { Tensor } from './tensor.js';

/** The result of `memory()`. */
export interface MemoryInfo {
  /** Tensors that have not been disposed. */
  numTensors: number;
  /** Their buffers; fewer if tensors share one. */
  numDataBuffers: number;
  /** The bytes of these buffers. Memory of models shows only in `heapBytes`. */
  numBytes: number;
  /** Always false: the numbers are exact. */
  unreliable: boolean;
  /** Size of the wasm heap, which grows but never shrinks; 0 before ready(). */
  heapBytes: number;
}

/** All tensors in a container, without duplicates. */
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
 * Runs a synchronous function and disposes all tensors that it creates, except those that it returns (alone or in
 * arrays and objects) and those passed to `keep`.
 *
 * @returns The result of the function.
 */
export function tidy<T>(f: () => T): T;
/** The same; the name is ignored. */
export function tidy<T>(name: string, f: () => T): T;
export function tidy<T>(nameOrFunction: string | (() => T), f?: () => T): T {
  const isNamed = typeof nameOrFunction !== 'function';
  if (isNamed && typeof nameOrFunction !== 'string' && !((nameOrFunction as unknown) instanceof String)) {
    throw new TfwasmError(
      'E_INPUT',
      'When calling with two arguments, the first argument to tidy() must be a string: a name',
    );
  }
  const body = isNamed ? f : nameOrFunction;
  if (typeof body !== 'function') {
    throw new TfwasmError('E_INPUT', 'tidy() takes a function, after an optional name');
  }
  const survivors = (result: T) => {
    if (typeof (result as Partial<Promise<unknown>> | null)?.then === 'function') {
      console.error('Cannot return a Promise inside of tidy: its tensors are disposed before it settles.');
    }
    return tensorsIn(result);
  };
  return runInScope(body, survivors, []);
}

/** Prevents the enclosing `tidy` from disposing a tensor. Returns the tensor. */
export function keep<T extends Tensor>(result: T): T {
  if (!(result instanceof Tensor)) {
    throw new TfwasmError('E_INPUT', `keep() takes a tensor, got ${describeForeignTensor(result) ?? typeof result}`);
  }
  result.kept = true;
  return result;
}

/**
 * Disposes all tensors in a container: a tensor, or arrays and objects of tensors. Throws E_INPUT for a tensor of
 * another copy of tfwasm or of TensorFlow.js.
 */
export function dispose(container: unknown): void {
  const foreign = container instanceof Tensor ? undefined : describeForeignTensor(container);
  if (foreign) throw new TfwasmError('E_INPUT', `dispose() takes tensors, got ${foreign}`);
  for (const tensor of tensorsIn(container)) tensor.dispose();
}

/** The current memory usage. */
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
