// SPDX-License-Identifier: Apache-2.0
// What the page and the worker of `tfwasm/worker` send each other. Values that structured clone cannot copy are
// replaced by marks, which messages hold in this one class of objects.

/** Stands for a value of the other side. */
export interface Mark {
  /** An object of the worker: a tensor, a model, ... */
  object?: number;
  /** A function of the page. */
  callback?: number;
  /** An AbortSignal of the page. */
  signal?: number;
}

/** The key of marks. Objects with this key cannot be sent otherwise. */
export const MARK = '$tfwasm';

/** From the page. */
export type Request =
  /** Reads the property at `path` of an object (0: the whole API), and calls it, or creates an object with it. */
  | { type: 'get' | 'call' | 'new'; id: number; target: number; path: string[]; args: unknown[] }
  /** The page has forgotten objects. */
  | { type: 'release'; objects: number[] }
  /** The result of a callback. */
  | { type: 'answer'; id: number; value?: unknown; error?: SentError }
  | { type: 'abort'; signal: number; reason: SentError };

/** From the worker. */
export type Response =
  | { type: 'result'; id: number; value?: unknown; error?: SentError }
  | { type: 'callback'; callback: number; id: number; args: unknown[] };

/** An object of the worker, as the page gets it. */
export interface Description {
  object: number;
  isFunction: boolean;
  /** The name of its class. */
  kind: string;
  /** Fields that can be copied, such as the shape of a tensor. */
  fields: Record<string, unknown>;
}

export interface SentError {
  name: string;
  message: string;
  stack?: string | undefined;
  code?: string | undefined;
  op?: string | undefined;
  node?: string | undefined;
}

/** What both Worker of browsers and of Node.js have, and the global scope of a worker. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onMessage(listener: (message: never) => void): void;
  onFailure(listener: (message: string) => void): void;
  /** Whether calls wait for answers. Otherwise the worker does not keep Node.js running. */
  hold(isBusy: boolean): void;
  terminate(): void;
}

export function toSentError(error: unknown): SentError {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const { name, message, stack, code, op, node } = error as Partial<SentError>;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    name: text(name) ?? 'Error',
    message: text(message) ?? String(error),
    stack: text(stack),
    code: text(code),
    op: text(op),
    node: text(node),
  };
}

/** A copy of an array or a plain object with other items; other values as they are. */
export function mapItems(value: unknown, map: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]));
}

/** Whether the value is of one of these classes of the platform, which not every platform has. */
export function isOneOf(value: unknown, names: readonly string[]): boolean {
  return names.some((name) => {
    const type = (globalThis as Record<string, unknown>)[name];
    return typeof type === 'function' && value instanceof type;
  });
}

/** Whether it is an object literal, or like one. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
