// SPDX-License-Identifier: Apache-2.0
// Records what models, eager calls, gradients and optimizers execute while profile() runs.
import type { NodeProfile } from '../core/core-module.js';
import { bytesPerElement, type DataType } from './dtype.js';
import { memory } from './memory.js';

/** One executed node, eager call or step of an optimizer. */
export interface KernelProfile {
  /** The op, e.g. "Conv2D", or the class of the optimizer. */
  name: string;
  /** The node of a model or of a computation of gradients. */
  node?: string;
  kernelTimeMs: number;
  inputShapes: number[][];
  outputShapes: number[][];
  /** Bytes of the outputs. */
  bytesAdded: number;
  /** Bytes of all tensors after the call. For nodes: after the run. */
  totalBytesSnapshot: number;
  /** Number of outputs. */
  tensorsAdded: number;
  /** Number of all tensors after the call. For nodes: after the run. */
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

interface Shaped {
  readonly shape: readonly number[];
}

const shapesOf = (tensors: readonly Shaped[]) => tensors.map(({ shape }) => [...shape]);

function record(profile: KernelProfile): void {
  for (const list of recordings) list.push(profile);
}

/** Records an eager call. */
export function recordOp(
  name: string,
  kernelTimeMs: number,
  inputs: readonly Shaped[],
  outputs: readonly Output[],
): void {
  const bytesAdded = outputs.reduce((sum, { dtype, size }) => sum + (bytesPerElement(dtype) || 0) * size, 0);
  const shapes = { inputShapes: shapesOf(inputs), outputShapes: shapesOf(outputs) };
  record({ name, kernelTimeMs, ...shapes, bytesAdded, tensorsAdded: outputs.length, ...takeSnapshot() });
}

interface Output extends Shaped {
  readonly dtype: DataType;
  readonly size: number;
}

/** How the core is asked for the times of the nodes that it executes. */
export interface NodeTimer {
  setProfiling(enabled: boolean): void;
  /** The nodes executed since the last call. */
  takeProfile(): NodeProfile[];
}

/** Executes nodes in the core, and records them if a recording is active. */
export function recordNodes<T>(timer: NodeTimer, execute: () => T): T {
  if (recordings.length === 0) return execute();
  timer.setProfiling(true);
  try {
    return execute();
  } finally {
    timer.setProfiling(false);
    const profiles = timer.takeProfile();
    const snapshot = takeSnapshot();
    for (const profile of profiles) record(kernelProfile(profile, snapshot));
  }
}

/** Records a step of an optimizer, which changes tensors and makes none. */
export function recordUpdate(
  name: string,
  kernelTimeMs: number,
  gradients: readonly Shaped[],
  variables: readonly Shaped[],
): void {
  const shapes = { inputShapes: shapesOf(gradients), outputShapes: shapesOf(variables) };
  record({ name, kernelTimeMs, ...shapes, bytesAdded: 0, tensorsAdded: 0, ...takeSnapshot() });
}
