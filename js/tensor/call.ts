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

/** The limit for cached pairs of op and attributes. */
const MAX_IDS = 512;
const FIRST_FRAME_SIZE = 256;

// State of the core. There is only one core.
const ids = new Map<string, number>();
let frame = new Float64Array(0);
/** The core's heap when the view of the frame was created. */
let heap: Uint8Array | undefined;

/** A view of the frame, with at least `size` numbers, valid until the core allocates. A new view has `room` numbers. */
function viewFrame(core: CoreModule, size: number, room = Math.max(FIRST_FRAME_SIZE, 2 * size)): Float64Array {
  const isShort = size > frame.length;
  // Growing the heap replaces its views.
  if (!isShort && heap === core.HEAPU8) return frame;
  const length = isShort ? room : frame.length;
  const bytes = heapBytes(core, core.opFrame(length), 8 * length);
  frame = new Float64Array(bytes.buffer, bytes.byteOffset, length);
  heap = core.HEAPU8;
  return frame;
}

function idOf(core: CoreModule, op: string, attrs: Attrs | undefined): number {
  const key = keyOf(op, attrs);
  const known = ids.get(key);
  if (known !== undefined) return known;
  if (ids.size >= MAX_IDS) {
    core.forgetOps();
    ids.clear();
  }
  const id = core.registerOp(op, attrsJson(attrs));
  ids.set(key, id);
  return id;
}

function writeInputs(core: CoreModule, inputs: readonly (Tensor | Written)[]): void {
  let size = 0;
  for (const input of inputs) {
    if (input instanceof Written) {
      const frame = viewFrame(core, size + input.code.length);
      // Faster than set(), since most lists are short.
      for (const number of input.code) frame[size++] = number;
    } else {
      // Must come first, since it may allocate.
      const handle = input.storage.handle();
      viewFrame(core, size + 1)[size++] = handle;
    }
  }
}

function readOutputs(core: CoreModule, size: number): Tensor[] {
  // The core has already grown the frame, so this cannot fail and leak the handles.
  const values = viewFrame(core, size, size);
  const outputs: Tensor[] = [];
  for (let next = 0; next < size; ) {
    const dtype = dtypeFromNumber(values[next + 1] as number);
    const end = next + 3 + (values[next + 2] as number);
    const shape: number[] = [];
    for (let i = next + 3; i < end; ++i) shape.push(values[i] as number);
    outputs.push(new Tensor(TensorStorage.ofHandle(values[next] as number, dtype, shape), dtype, shape));
    next = end;
  }
  return outputs;
}

/** All outputs of an op. */
export function runAll(op: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): Tensor[] {
  return callCore((core) => {
    const id = idOf(core, op, attrs);
    writeInputs(core, inputs);
    if (!isRecording()) return readOutputs(core, core.runOp(id, inputs.length));
    const start = performance.now();
    const size = core.runOp(id, inputs.length);
    const milliseconds = performance.now() - start;
    const outputs = readOutputs(core, size);
    recordOp(op, milliseconds, inputs, outputs);
    return outputs;
  });
}

/** The first output of an op. The caller specifies its type. */
export function run<T extends Tensor>(op: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): T {
  return runAll(op, inputs, attrs)[0] as T;
}

/** Runs an op whose output is a view. profile() does not record it, since it computes nothing. */
export function runView<T extends Tensor>(op: string, inputs: readonly (Tensor | Written)[]): T {
  return callCore((core) => {
    const id = idOf(core, op, undefined);
    writeInputs(core, inputs);
    return readOutputs(core, core.runOp(id, inputs.length))[0] as T;
  });
}

/** Converts `x` to another dtype; returns x if it already has it. */
export function toDtype<T extends Tensor>(x: T, dtype: DataType): T {
  return x.dtype === dtype ? x : run<T>('Cast', [x], { DstT: dtypeAttr(dtype) });
}
