// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { memory } from './memory.js';
import { type KernelProfile, startRecording } from './profile-recorder.js';

/** What `profile()` tells. */
export interface ProfileInfo<T = unknown> {
  /** Bytes that are in use after the function and were not before. */
  newBytes: number;
  /** Tensors that are in use after the function and were not before. */
  newTensors: number;
  /** The larger of the bytes in use before and after the function. */
  peakBytes: number;
  /** Everything that models and functions of tensors executed, in order. */
  kernels: KernelProfile[];
  /** The names of the ops among them, each once. */
  kernelNames: string[];
  /** What the function returned. */
  result: T;
}

/**
 * Runs a function and tells what models executed in it and how memory changed.
 *
 * @param f May be asynchronous.
 */
export async function profile<T>(f: () => T | Promise<T>): Promise<ProfileInfo<T>> {
  if (typeof f !== 'function') throw new TfwasmError('E_INPUT', 'profile() takes a function');
  const before = memory();
  const kernels: KernelProfile[] = [];
  const stop = startRecording(kernels);
  const result = await Promise.resolve().then(f).finally(stop);
  const after = memory();
  return {
    newBytes: after.numBytes - before.numBytes,
    newTensors: after.numTensors - before.numTensors,
    peakBytes: Math.max(before.numBytes, after.numBytes),
    kernels,
    kernelNames: [...new Set(kernels.map(({ name }) => name))],
    result,
  };
}
