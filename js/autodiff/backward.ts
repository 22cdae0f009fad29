// SPDX-License-Identifier: Apache-2.0
// Records eager calls and computes gradients.
import type { TrainingCoreModule } from '../core/core-module.js';
import { TfwasmError } from '../core/errors.js';
import { zeros } from '../tensor/factories.js';
import { type NodeTimer, recordNodes } from '../tensor/profile-recorder.js';
import { runInScope } from '../tensor/scopes.js';
import { TensorStorage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { isCapturing } from './capture.js';
import { callTrainingCore } from './core.js';
import { type CustomCall, CustomCalls } from './custom-calls.js';

let depth = 0;

/** Whether the gradient of a function is being computed. */
export function isTakingGradients(): boolean {
  return depth > 0;
}

function handleOf(tensor: Tensor): number {
  return tensor.storage.handle();
}

/** The gradient of a tensor like x: float32, or complex64. */
function gradientOf(handle: number, x: Tensor): Tensor {
  const dtype = x.dtype === 'complex64' ? x.dtype : 'float32';
  return new Tensor(TensorStorage.ofHandle(handle, dtype, x.shape), dtype, x.shape);
}

/** Runs `f` in a gradient scope. A capture needs none: all ops are in its graph. */
function inGradientScope<T>(f: () => T): T {
  if (isCapturing()) return f();
  callTrainingCore((core) => core.openGradientScope());
  const calls = depth === 0 ? CustomCalls.open() : undefined;
  ++depth;
  try {
    return f();
  } finally {
    --depth;
    calls?.close();
    callTrainingCore((core) => core.closeGradientScope());
  }
}

/** Runs `f` and records its calls, or not. */
export function recording<T>(isOn: boolean, f: () => T): T {
  const before = callTrainingCore((core) => core.pauseGradients(!isOn));
  try {
    return f();
  } finally {
    callTrainingCore((core) => core.pauseGradients(before));
  }
}

/** Records a custom call, if its inputs are recorded. */
export function recordCustomCall(inputs: readonly Tensor[], call: CustomCall): void {
  const calls = CustomCalls.innermost;
  const handles = inputs.map(handleOf);
  const id = calls ? callTrainingCore((core) => core.recordCustomGradient(handles, handleOf(call.output))) : -1;
  if (calls && id >= 0) calls.add(id, call);
  else for (const tensor of call.saved) tensor.dispose();
}

const timer: NodeTimer = {
  setProfiling: (isOn) => callTrainingCore((core) => core.setBackwardProfiling(isOn)),
  takeProfile: () => callTrainingCore((core) => core.takeBackwardProfile()),
};

/** Calls the core for a part of the backward pass, which profile() lists. */
function callBackward<T>(call: (core: TrainingCoreModule) => T): T {
  return recordNodes(timer, () => callTrainingCore(call));
}

/** Computes the gradients of a custom call and continues with them. */
function continueWith(id: number): number {
  const call = CustomCalls.innermost?.get(id);
  if (!call) throw new TfwasmError('E_INTERNAL', `there is no custom gradient ${id}`);
  const dy = gradientOf(
    callTrainingCore((core) => core.customDy()),
    call.output,
  );
  const gradients = call.gradient(dy).map(handleOf);
  return callBackward((core) => core.continueBackward(gradients));
}

/** Undefined where y does not depend on x. */
type Gradients = (Tensor | undefined)[];

function gradientHandles(y: number, dy: number, xs: number[]): number[] {
  const cached = dy === 0 && !isCapturing() ? callBackward((core) => core.cachedGradients(y, xs)) : undefined;
  if (cached) return cached;
  let custom = callBackward((core) => core.startBackward(y, dy, xs));
  try {
    while (custom >= 0) {
      const id = custom;
      // Nothing of the callback is needed afterwards.
      custom = runInScope(
        () => continueWith(id),
        () => [],
        [],
      );
    }
    return callBackward((core) => core.finishBackward(y, xs));
  } catch (error) {
    callTrainingCore((core) => core.abortBackward());
    throw error;
  }
}

/** Of a value of the open gradient scope or capture. Without `dy`, that of the sum of y. */
export function gradientsOf(y: Tensor, xs: readonly Tensor[], dy: Tensor | undefined): Gradients {
  const handles = gradientHandles(handleOf(y), dy ? handleOf(dy) : 0, xs.map(handleOf));
  return handles.map((handle, i) => {
    const x = xs[i] as Tensor;
    if (handle === 0) return undefined;
    return handle < 0 ? zeros(x.shape) : gradientOf(handle, x);
  });
}

/**
 * y = f(), and its gradients in `xs`. Without `dy`, that of the sum of y. The rest of f's tensors is disposed, except
 * those that `others` returns.
 */
export function valueAndGradients<T extends Tensor>(
  f: () => T,
  xs: readonly Tensor[],
  dy?: Tensor,
  others: () => readonly Tensor[] = () => [],
): { value: T; gradients: Gradients } {
  return runInScope(
    () =>
      inGradientScope(() => {
        const watched = isCapturing() ? [] : xs.map(handleOf);
        for (const handle of watched) callTrainingCore((core) => core.watchTensor(handle));
        const value = runInScope(f, (result) => (result instanceof Tensor ? [result, ...others()] : []), []);
        if (!(value instanceof Tensor)) {
          throw new TfwasmError('E_INPUT', 'The result y returned by f() must be a tensor.');
        }
        return { value, gradients: gradientsOf(value, xs, dy) };
      }),
    ({ value, gradients }) => [value, ...gradients.filter((gradient) => gradient !== undefined), ...others()],
    [],
  );
}
