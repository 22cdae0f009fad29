// SPDX-License-Identifier: Apache-2.0
// Records what models and eager calls execute while profile() runs.
import type { NodeProfile } from '../core/core-module.js';
import { callCore } from '../core/runtime.js';
import { bytesPerElement, type DataType } from './dtype.js';
import { memory } from './memory.js';

/** One executed node or eager call. */
export interface KernelProfile {
  /** The op, e.g. "Conv2D". */
  name: string;
  /** The graph node. Not for eager calls. */
  node?: string;
  kernelTimeMs: number;
  inputShapes: number[][];
  outputShapes: number[][];
  /** Bytes of the outputs. */
  bytesAdded: number;
  /** Bytes of all tensors after the call. For nodes: after the run of the model. */
  totalBytesSnapshot: number;
  /** Number of outputs. */
  tensorsAdded: number;
  /** Number of all tensors after the call. For nodes: after the run of the model. */
  totalTensorsSnapshot: number;
  /** Always empty: for TensorFlow.js's programs. */
  extraInfo: string;
}

type Snapshot = Pick<KernelProfile, 'totalBytesSnapshot' | 'totalTensorsSnapshot' | 'extraInfo'>;

/** What is in memory now. */
function takeSnapshot(): Snapshot {
  const { numBytes, numTensors } = memory();
  return { totalBytesSnapshot: numBytes, totalTensorsSnapshot: numTensors, extraInfo: '' };
}

function kernelProfile(node: NodeProfile, snapshot: Snapshot): KernelProfile {
  const { name, op, milliseconds, inputShapes, outputShapes, bytes } = node;
  const tensorsAdded = outputShapes.length;
  const shapes = { kernelTimeMs: milliseconds, inputShapes, outputShapes, bytesAdded: bytes, tensorsAdded };
  return { name: op, node: name, ...shapes, ...snapshot };
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
  const shapes = { kernelTimeMs, inputShapes, outputShapes, bytesAdded, tensorsAdded: outputs.length };
  const profile = { name, ...shapes, ...takeSnapshot() };
  for (const list of recordings) list.push(profile);
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
    const snapshot = takeSnapshot();
    const kernels = profiles.map((profile) => kernelProfile(profile, snapshot));
    for (const list of recordings) list.push(...kernels);
  }
}
