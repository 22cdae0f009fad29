// SPDX-License-Identifier: Apache-2.0
// The calls of layers in saved models: the list form of Keras 1 and 2, and the object form of Keras 3.
import { TfwasmError } from '../core/errors.js';
import type { Config } from './config.js';
import { CONSTANT, type TensorReference } from './functional-config.js';
import type { OperationArgs } from './operations/saved-operation.js';

/** A call whose tensors are references, in a list or an object. */
export interface SavedCall {
  args: unknown;
  kwargs: Config;
  references: TensorReference[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isReference = (value: unknown): value is TensorReference =>
  Array.isArray(value) && value.length >= 3 && typeof value[0] === 'string' && Number.isInteger(value[1]);

const isConstant = (value: unknown): value is [string, number, unknown, Config?] =>
  isReference(value) && value[0] === CONSTANT;

/** Replaces every reference in a structure. Throws E_LAYER for malformed ones. */
export function mapReferences(value: unknown, map: (reference: TensorReference) => unknown): unknown {
  if (isConstant(value)) return value[2];
  if (isReference(value)) return map(value);
  if (Array.isArray(value)) return value.map((element) => mapReferences(element, map));
  if (!isObject(value)) return value;
  if (value['class_name'] === '__keras_tensor__') {
    const { keras_history: reference } = (value['config'] ?? {}) as { keras_history?: unknown };
    if (isReference(reference)) return map(reference);
    throw new TfwasmError('E_LAYER', `a tensor of the model has no keras_history, but ${JSON.stringify(reference)}`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapReferences(element, map)]));
}

/** References in any of the forms of input_layers and output_layers. */
export function readReferences(value: unknown): TensorReference[] {
  const found: TensorReference[] = [];
  mapReferences(value, (reference) => void found.push(reference));
  return found;
}

/** The arguments beside the first tensor of a call in list form. */
function firstKwargs(node: unknown): Config | undefined {
  if (isReference(node)) return node[3] ?? {};
  for (const element of Array.isArray(node) ? node : isObject(node) ? Object.values(node) : []) {
    const kwargs = firstKwargs(element);
    if (kwargs) return kwargs;
  }
  return undefined;
}

/** Throws E_LAYER if it is malformed. */
export function readCall(node: unknown): SavedCall {
  const isKeras3 = isObject(node) && ('args' in node || 'kwargs' in node);
  const args = isKeras3 ? (node['args'] ?? []) : node;
  const kwargs = isKeras3 ? (node['kwargs'] ?? {}) : (firstKwargs(node) ?? {});
  if (typeof args !== 'object' || !isObject(kwargs)) {
    throw new TfwasmError('E_LAYER', 'a call of the model is not a list of tensors, or {args, kwargs}');
  }
  return { args, kwargs, references: readReferences([args, kwargs]) };
}

/** The arguments of a function. `resolve` replaces the references in them. */
export function operationArgs(node: unknown, resolve: (value: unknown) => unknown): OperationArgs {
  const { args, kwargs } = readCall(node);
  const isKeras3 = isObject(node) && 'args' in node;
  const list = isKeras3 && Array.isArray(args) ? args : [args];
  return { args: resolve(list) as unknown[], kwargs: resolve(kwargs) as Config };
}
