// SPDX-License-Identifier: Apache-2.0
import { TfwasmError } from '../core/errors.js';
import { memory } from './memory.js';
import { type KernelProfile, startRecording } from './profile-recorder.js';

/** The result of `profile()`. */
export interface ProfileInfo<T = unknown> {
  /** Bytes in use after the function minus those before. */
  newBytes: number;
  /** Live tensors after the function minus those before. */
  newTensors: number;
  /** The most bytes in use after an op. Does not include the memory of models. */
  peakBytes: number;
  /** Everything that models, eager calls, gradients and optimizers executed, in order. */
  kernels: KernelProfile[];
  /** The names of these ops, without duplicates. */
  kernelNames: string[];
  /** The result of the function. */
  result: T;
}

/**
 * Runs a function and records what models, eager calls, gradients and optimizers execute, and the change in memory.
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
    peakBytes: kernels.reduce(
      (peak, { totalBytesSnapshot }) => Math.max(peak, totalBytesSnapshot),
      Math.max(before.numBytes, after.numBytes),
    ),
    kernels,
    kernelNames: [...new Set(kernels.map(({ name }) => name))],
    result,
  };
}
