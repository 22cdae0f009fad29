// SPDX-License-Identifier: Apache-2.0
// Calls ops of the core.
import type { CoreModule } from '../core/core-module.js';
import { heapBytes } from '../core/heap.js';
import { callCore } from '../core/runtime.js';
import { type Attrs, attrsJson, dtypeAttr, keyOf } from './attributes.js';
import { type DataType, dtypeFromNumber } from './dtype.js';
import { isRecording, recordOp } from './profile-recorder.js';
import { TensorStorage } from './storage.js';
import { Tensor } from './tensor.js';
import { Written } from './written.js';

/** Cached data about the running core: op ids, and the frame. */
interface Caller {
  core: CoreModule;
  ids: Map<string, number>;
  frame: Float64Array;
  /** The core's heap when the view of the frame was created. */
  heap: Uint8Array;
}

/** The limit for cached pairs of op and attributes. */
const MAX_IDS = 512;
const FIRST_FRAME_SIZE = 256;

let caller: Caller | undefined;

function viewFrame(core: CoreModule, size: number): { frame: Float64Array; heap: Uint8Array } {
  const bytes = heapBytes(core, core.opFrame(size), 8 * size);
  return { frame: new Float64Array(bytes.buffer, bytes.byteOffset, size), heap: core.HEAPU8 };
}

function callerOf(core: CoreModule): Caller {
  if (caller?.core === core) {
    // Growing the heap replaces its views.
    if (caller.heap !== core.HEAPU8) Object.assign(caller, viewFrame(core, caller.frame.length));
    return caller;
  }
  caller = { core, ids: new Map(), ...viewFrame(core, FIRST_FRAME_SIZE) };
  return caller;
}

function growFrame(caller: Caller, size: number): void {
  if (size > caller.frame.length) Object.assign(caller, viewFrame(caller.core, 2 * size));
}

function idOf(caller: Caller, op: string, attrs: Attrs | undefined): number {
  const key = keyOf(op, attrs);
  const known = caller.ids.get(key);
  if (known !== undefined) return known;
  if (caller.ids.size >= MAX_IDS) {
    caller.core.forgetOps();
    caller.ids.clear();
  }
  const id = caller.core.prepareOp(op, attrsJson(attrs));
  caller.ids.set(key, id);
  return id;
}

function writeInputs(caller: Caller, inputs: readonly (Tensor | Written)[]): void {
  let size = 0;
  for (const input of inputs) {
    const code = input instanceof Written ? input.code : undefined;
    // This may create a handle, which can move the frame.
    const handle = code ? 0 : (input as Tensor).storage.handle();
    const end = size + (code?.length ?? 1);
    if (end > caller.frame.length) {
      const written = caller.frame.slice(0, size);
      growFrame(caller, end);
      caller.frame.set(written);
    }
    callerOf(caller.core);
    const { frame } = caller;
    // Faster than set(): most lists are short.
    if (code) for (let i = 0; i < code.length; ++i) frame[size + i] = code[i] as number;
    else frame[size] = handle;
    size = end;
  }
}

function readOutputs(caller: Caller, size: number): Tensor[] {
  // The core has made it long enough: this cannot fail, and lose the handles.
  if (size > caller.frame.length) Object.assign(caller, viewFrame(caller.core, size));
  const { frame } = callerOf(caller.core);
  const outputs: Tensor[] = [];
  for (let next = 0; next < size; ) {
    const dtype = dtypeFromNumber(frame[next + 1] as number);
    const end = next + 3 + (frame[next + 2] as number);
    const shape: number[] = [];
    for (let i = next + 3; i < end; ++i) shape.push(frame[i] as number);
    outputs.push(new Tensor(TensorStorage.ofHandle(frame[next] as number, dtype, shape), dtype, shape));
    next = end;
  }
  return outputs;
}

/** All outputs of an op. */
export function runAll(op: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): Tensor[] {
  return callCore((core) => {
    const caller = callerOf(core);
    const id = idOf(caller, op, attrs);
    writeInputs(caller, inputs);
    if (!isRecording()) return readOutputs(caller, core.runPreparedOp(id, inputs.length));
    const start = performance.now();
    const size = core.runPreparedOp(id, inputs.length);
    const milliseconds = performance.now() - start;
    const outputs = readOutputs(caller, size);
    recordOp(op, milliseconds, inputs, outputs);
    return outputs;
  });
}

/** The first output of an op. The caller specifies its type. */
export function run<T extends Tensor>(op: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): T {
  return runAll(op, inputs, attrs)[0] as T;
}

/** Runs an op whose output is a view. profile() does not record it: it computes nothing. */
export function runView<T extends Tensor>(op: string, inputs: readonly (Tensor | Written)[]): T {
  return callCore((core) => {
    const caller = callerOf(core);
    const id = idOf(caller, op, undefined);
    writeInputs(caller, inputs);
    return readOutputs(caller, core.runPreparedOp(id, inputs.length))[0] as T;
  });
}

/** Converts `x` to another dtype; returns x if it already has it. */
export function toDtype<T extends Tensor>(x: T, dtype: DataType): T {
  return x.dtype === dtype ? x : run<T>('Cast', [x], { DstT: dtypeAttr(dtype) });
}
