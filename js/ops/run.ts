// SPDX-License-Identifier: Apache-2.0
// How the functions of the op API call the op library of the core.
import type { CoreModule } from '../core/core-module.js';
import { TfwasmError } from '../core/errors.js';
import { callCore } from '../core/runtime.js';
import { checkDtype, type DataType, dtypeFromNumber, dtypeNumber } from '../tensor/dtype.js';
import { tensor } from '../tensor/factories.js';
import { tensorsIn } from '../tensor/memory.js';
import { isRecording, recordOp } from '../tensor/profile-recorder.js';
import { runInScope } from '../tensor/scopes.js';
import { heapBytes, TensorStorage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorLike } from '../tensor/values.js';

/** What an attribute of a node can be. Whole numbers also do where the op wants a float. */
type AttrValue = boolean | number | string | readonly number[] | readonly string[] | GraphAttr;
/** As it stands in a GraphDef. */
type GraphAttr = { type: string } | { list: { f: readonly number[] } };
export type Attrs = Readonly<Record<string, AttrValue>>;

/** Numbers that go to an op without becoming a tensor first, as CoreModule.runPreparedOp describes them. */
export class Written {
  constructor(readonly code: readonly number[]) {}

  get shape(): readonly number[] {
    return this.code.slice(3, 3 + (this.code[2] ?? 0));
  }
}

/** The name of a dtype in a GraphDef. */
const GRAPH_DTYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
  complex64: 'DT_COMPLEX64',
};

/** A dtype as an attribute. */
export const dtypeAttr = (dtype: DataType): { type: string } => ({ type: GRAPH_DTYPES[checkDtype(dtype)] });

/** A list of floats as an attribute. */
export const floatsAttr = (values: readonly number[]): GraphAttr => ({ list: { f: values } });

const CONSTANT = 0;
const VALUE = -1;

/** Throws E_INPUT unless `value` is an integer that the core can take. */
export function checkInt(value: number, what = 'a size or index'): number {
  if ((value | 0) === value) return value;
  throw new TfwasmError('E_INPUT', `${what} must be an integer of 32 bits, got ${String(value)}`);
}

/** An axis, a depth: one int32 that the kernel may depend on. */
export const int = (value: number): Written => constant(value, 'int32');

/** Throws E_INPUT unless `values` is a list. */
export function checkList(values: unknown): void {
  check(Array.isArray(values) || ArrayBuffer.isView(values), `expected a list of numbers, got ${String(values)}`);
}

/** A list of axes, a shape: int32 values that the kernel may depend on. */
export function ints(values: readonly number[]): Written {
  checkList(values);
  return new Written([CONSTANT, dtypeNumber('int32'), 1, values.length, ...values.map((value) => checkInt(value))]);
}

/** Paddings, crops: int32 pairs that the kernel may depend on. */
export function pairs(values: readonly (readonly number[])[]): Written {
  checkList(values);
  values.forEach(checkList);
  const flat = values.flatMap((pair) => [checkInt(pair[0] as number), checkInt(pair[1] as number)]);
  return new Written([CONSTANT, dtypeNumber('int32'), 2, values.length, 2, ...flat]);
}

/** One number. float32, int32 or bool. */
export function value(number: number | boolean, dtype: DataType): Written {
  const element = dtype === 'int32' ? Number(number) | 0 : Number(number);
  return new Written([VALUE, dtypeNumber(dtype), 0, element]);
}

/** One number on which the output's shape depends. float32 or int32. */
export function constant(number: number, dtype: DataType): Written {
  return new Written([CONSTANT, dtypeNumber(dtype), 0, dtype === 'int32' ? checkInt(number) : number]);
}

/** What is known of the core that runs: ids of prepared ops, and the frame. */
interface Caller {
  core: CoreModule;
  ids: Map<string, number>;
  frame: Float64Array;
  /** The core's, when the frame was looked for. */
  heap: Uint8Array;
}

/** Of ops together with their attributes. */
const MAX_PREPARED = 512;
const FIRST_FRAME_SIZE = 256;

let caller: Caller | undefined;

function viewFrame(core: CoreModule, size: number): { frame: Float64Array; heap: Uint8Array } {
  const bytes = heapBytes(core, core.opFrame(size), 8 * size);
  return { frame: new Float64Array(bytes.buffer, bytes.byteOffset, size), heap: core.HEAPU8 };
}

function callerOf(core: CoreModule): Caller {
  if (caller?.core === core) {
    // A heap that has grown has new views.
    if (caller.heap !== core.HEAPU8) Object.assign(caller, viewFrame(core, caller.frame.length));
    return caller;
  }
  caller = { core, ids: new Map(), ...viewFrame(core, FIRST_FRAME_SIZE) };
  return caller;
}

function growFrame(caller: Caller, size: number): void {
  if (size > caller.frame.length) Object.assign(caller, viewFrame(caller.core, 2 * size));
}

function attrJson(value: AttrValue): object {
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'string') return { s: btoa(String.fromCharCode(...new TextEncoder().encode(value))) };
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return { i: value };
    return { f: Number.isFinite(value) ? value : String(value) };
  }
  if (!Array.isArray(value)) return value;
  if (typeof value[0] === 'string') return { list: { s: value.map((text) => (attrJson(text) as { s: string }).s) } };
  return { list: { i: value } };
}

/** What tells ops with their attributes apart. Writing the JSON for it each time would take as long as a small op. */
function keyOf(kernel: string, attrs: Attrs | undefined): string {
  let key = kernel;
  for (const name in attrs) {
    const value = attrs[name];
    // JSON has neither NaN nor infinities.
    key += ` ${name} ${typeof value === 'number' ? value : JSON.stringify(value)}`;
  }
  return key;
}

function attrsJson(attrs: Attrs | undefined): string {
  if (!attrs) return '';
  return JSON.stringify(Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, attrJson(value)])));
}

function idOf(caller: Caller, kernel: string, attrs: Attrs | undefined): number {
  const key = keyOf(kernel, attrs);
  const known = caller.ids.get(key);
  if (known !== undefined) return known;
  if (caller.ids.size >= MAX_PREPARED) {
    caller.core.forgetOps();
    caller.ids.clear();
  }
  const id = caller.core.prepareOp(kernel, attrsJson(attrs));
  caller.ids.set(key, id);
  return id;
}

function writeInputs(caller: Caller, inputs: readonly (Tensor | Written)[]): void {
  let size = 0;
  for (const input of inputs) {
    const code = input instanceof Written ? input.code : undefined;
    // A handle may be made on the way, and move the frame.
    const handle = code ? 0 : (input as Tensor).storage.handle();
    const end = size + (code?.length ?? 1);
    if (end > caller.frame.length) {
      const written = caller.frame.slice(0, size);
      growFrame(caller, end);
      caller.frame.set(written);
    }
    callerOf(caller.core);
    if (code) caller.frame.set(code, size);
    else caller.frame[size] = handle;
    size = end;
  }
}

function readOutputs(caller: Caller, size: number): Tensor[] {
  growFrame(caller, size);
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
export function runAll(kernel: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): Tensor[] {
  return callCore((core) => {
    const caller = callerOf(core);
    const id = idOf(caller, kernel, attrs);
    writeInputs(caller, inputs);
    if (!isRecording()) return readOutputs(caller, core.runPreparedOp(id, inputs.length));
    const start = performance.now();
    const size = core.runPreparedOp(id, inputs.length);
    const milliseconds = performance.now() - start;
    const outputs = readOutputs(caller, size);
    recordOp(kernel, milliseconds, inputs, outputs);
    return outputs;
  });
}

/** The first output of an op, as a tensor of the rank that the caller knows it to have. */
export function run<T extends Tensor>(kernel: string, inputs: readonly (Tensor | Written)[], attrs?: Attrs): T {
  return runAll(kernel, inputs, attrs)[0] as T;
}

let depth = 0;

/**
 * The body of a public function: what it makes, except its result, is disposed at the end, and
 * its errors say which function it was.
 */
export function op<T>(name: string, body: () => T): T {
  ++depth;
  try {
    return runInScope(body, tensorsIn);
  } catch (error) {
    // What the user called, not what that is made of.
    if (depth > 1 || !(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `${name}(): ${error.message}`, { op: error.op, cause: error });
  } finally {
    --depth;
  }
}

/**
 * An argument as a tensor.
 *
 * @param dtype What plain values become, and what tensors must have. A list of dtypes is for
 *     tensors only.
 * @throws E_DTYPE, E_INPUT and E_SHAPE that name the argument.
 */
export function arg<T extends Tensor = Tensor>(x: T | TensorLike, name: string, dtype?: DataType | 'numeric'): T {
  if (x instanceof Tensor) {
    const fits = dtype === 'numeric' ? x.dtype !== 'string' : dtype === undefined || x.dtype === dtype;
    if (!fits) throw new TfwasmError('E_DTYPE', `the argument '${name}' must be ${dtype}, got ${x.dtype}`);
    return x;
  }
  try {
    return tensor(x as TensorLike, undefined, dtype === 'numeric' ? undefined : dtype) as Tensor as T;
  } catch (error) {
    if (!(error instanceof TfwasmError)) throw error;
    throw new TfwasmError(error.code, `the argument '${name}': ${error.message}`, { cause: error });
  }
}

/** The tensors of an argument that is a list. Throws E_INPUT. */
export function args<T extends Tensor>(
  list: readonly (T | TensorLike)[],
  name: string,
  dtype?: DataType | 'numeric',
  least = 1,
): T[] {
  if (!Array.isArray(list) || list.length < least) {
    throw new TfwasmError('E_INPUT', `the argument '${name}' must be a list of ${least} or more tensors`);
  }
  return list.map((x, index) => arg<T>(x, `${name}[${index}]`, dtype));
}

/** `x` in another dtype; itself where it has that already. */
export function toDtype<T extends Tensor>(x: T, dtype: DataType): T {
  return x.dtype === dtype ? x : run<T>('Cast', [x], { DstT: dtypeAttr(dtype) });
}

/** An argument in float32, whatever numbers it holds. */
export function floatArg<T extends Tensor = Tensor>(x: T | TensorLike, name: string): T {
  return toDtype(arg<T>(x, name, x instanceof Tensor ? 'numeric' : undefined), 'float32');
}

/** Throws E_SHAPE unless the argument has one of these ranks. */
export function checkRank(x: Tensor, name: string, ...ranks: number[]): void {
  if (ranks.includes(x.rank)) return;
  throw new TfwasmError('E_SHAPE', `the argument '${name}' must have rank ${ranks.join(' or ')}, got [${x.shape}]`);
}

/** Throws E_INPUT unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TfwasmError('E_INPUT', message);
}
