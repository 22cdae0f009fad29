// SPDX-License-Identifier: Apache-2.0
// Records what models and eager calls execute while profile() runs.
import type { NodeProfile } from '../core/core-module.js';
import { callCore } from '../core/runtime.js';
import { bytesPerElement, type DataType } from './dtype.js';

/** One executed node. */
export interface KernelProfile {
  /** The op, e.g. "Conv2D". */
  name: string;
  /** The graph node; '' for an eager call. */
  node: string;
  kernelTimeMs: number;
  inputShapes: number[][];
  outputShapes: number[][];
  /** Bytes of the outputs. */
  bytesAdded: number;
}

function kernelProfile({ name, op, milliseconds, inputShapes, outputShapes, bytes }: NodeProfile): KernelProfile {
  return { name: op, node: name, kernelTimeMs: milliseconds, inputShapes, outputShapes, bytesAdded: bytes };
}

/** Active recordings, innermost last. */
const recordings: KernelProfile[][] = [];

/** Records what models execute into `kernels`, until the returned function is called. */
export function startRecording(kernels: KernelProfile[]): () => void {
  recordings.push(kernels);
  return () => void recordings.splice(recordings.lastIndexOf(kernels), 1);
}

/** Whether `recordOp` should be called. */
export function isRecording(): boolean {
  return recordings.length > 0;
}

/** Records an eager call. */
export function recordOp(
  name: string,
  kernelTimeMs: number,
  inputs: readonly { readonly shape: readonly number[] }[],
  outputs: readonly Output[],
): void {
  const inputShapes = inputs.map(({ shape }) => [...shape]);
  const outputShapes = outputs.map(({ shape }) => [...shape]);
  const bytesAdded = outputs.reduce((sum, { dtype, size }) => sum + (bytesPerElement(dtype) || 0) * size, 0);
  for (const list of recordings) list.push({ name, node: '', kernelTimeMs, inputShapes, outputShapes, bytesAdded });
}

interface Output {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly size: number;
}

/** Executes a model, and records its nodes if a recording is active. */
export function recordNodes<T>(model: number, execute: () => T): T {
  if (recordings.length === 0) return execute();
  callCore((core) => core.setProfiling(model, true));
  try {
    return execute();
  } finally {
    const profiles = callCore((core) => {
      core.setProfiling(model, false);
      return core.takeProfile(model);
    });
    const kernels = profiles.map(kernelProfile);
    for (const list of recordings) list.push(...kernels);
  }
}
