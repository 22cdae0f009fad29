// SPDX-License-Identifier: Apache-2.0
// Who disposes the tensors in an element: the step that consumes it, if it does not pass them on.
import { dispose as disposeTensors, type Tensor } from '../../common.js';
import { tensorsIn } from '../../tensor/memory.js';

/** Disposes all tensors in an element. */
export const dispose: (element: unknown) => void = disposeTensors;

function disposeRest(tensors: Iterable<Tensor>, passedOn?: unknown): void {
  const kept = tensorsIn(passedOn);
  for (const tensor of tensors) if (!kept.has(tensor)) tensor.dispose();
}

/** Calls a function with an element, and disposes those of its tensors that are not in the result. */
export function consume<T, O>(element: T, f: (element: T) => O): O {
  const tensors = tensorsIn(element);
  let result: O | undefined;
  try {
    result = f(element);
    return result;
  } finally {
    if (tensors.size > 0) disposeRest(tensors, result);
  }
}

/** The same for a function that may be asynchronous. */
export async function consumeAsync<T, O>(element: T, f: (element: T) => O | Promise<O>): Promise<O> {
  const tensors = tensorsIn(element);
  let result: O | undefined;
  try {
    result = await f(element);
    return result;
  } finally {
    if (tensors.size > 0) disposeRest(tensors, result);
  }
}
