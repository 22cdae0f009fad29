// SPDX-License-Identifier: Apache-2.0
// Turns arguments into messages.
import { TfwasmError } from '../core/errors.js';
import { isOneOf, isPlain, MARK, mapItems, type Mark, type SentError, toSentError } from './messages.js';

/** Handles know their object. */
const objects = new WeakMap<object, number>();

export function setObjectOf(handle: object, object: number): void {
  objects.set(handle, object);
}

/** What a call sends along, until it has ended. */
export class SentArguments {
  readonly transfer: Transferable[] = [];
  readonly callbacks: number[] = [];
  readonly #stops: (() => void)[] = [];
  readonly #registry: CallbackRegistry;

  constructor(registry: CallbackRegistry) {
    this.#registry = registry;
  }

  /** Copies `value`, with marks for what cannot be copied. */
  encode(value: unknown): unknown {
    if (typeof value === 'function') {
      const object = objects.get(value);
      return mark(object === undefined ? { callback: this.#addCallback(value as Callback) } : { object });
    }
    if (typeof value !== 'object' || value === null) return value;
    const object = objects.get(value);
    if (object !== undefined) return mark({ object });
    if (value instanceof AbortSignal) return this.#encodeSignal(value);
    if (isPlain(value) && MARK in value) throw new TfwasmError('E_INPUT', `arguments cannot have a field ${MARK}`);
    if (isOneOf(value, ['ImageBitmap', 'VideoFrame'])) this.transfer.push(value as Transferable);
    return mapItems(value, (item) => this.encode(item));
  }

  /** After the call. Callbacks stay if the result is an object that may call them. */
  end(keepsCallbacks: boolean): void {
    for (const stop of this.#stops) stop();
    if (!keepsCallbacks) for (const id of this.callbacks) this.#registry.callbacks.delete(id);
  }

  #addCallback(callback: Callback): number {
    const id = this.#registry.nextId++;
    this.#registry.callbacks.set(id, callback);
    this.callbacks.push(id);
    return id;
  }

  #encodeSignal(signal: AbortSignal): unknown {
    const id = this.#registry.nextId++;
    const abort = () => this.#registry.abort(id, toSentError(signal.reason));
    // After the call that this is for.
    if (signal.aborted) queueMicrotask(abort);
    else signal.addEventListener('abort', abort);
    this.#stops.push(() => signal.removeEventListener('abort', abort));
    return mark({ signal: id });
  }
}

export type Callback = (...args: unknown[]) => unknown;

export interface CallbackRegistry {
  nextId: number;
  readonly callbacks: Map<number, Callback>;
  abort(signal: number, reason: SentError): void;
}

const mark = (value: Mark) => ({ [MARK]: value });

/** Whether the value has pixels that cannot be sent: an element, or a canvas that has a context already. */
const isElement = (value: unknown): value is ImageBitmapSource => isOneOf(value, ['Node', 'OffscreenCanvas']);

/**
 * The arguments, with bitmaps in place of elements and with values in place of promises; or nothing if there are none,
 * so that the call can be sent at once.
 */
export function settleArguments(args: unknown[]): Promise<unknown[]> | undefined {
  if (!args.some((value) => needsWait(value))) return undefined;
  return Promise.all(args.map(settle));
}

const needsWait = (value: unknown): boolean =>
  value instanceof Promise ||
  isElement(value) ||
  (Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : []).some(needsWait);

async function settle(value: unknown): Promise<unknown> {
  if (!needsWait(value)) return value;
  if (value instanceof Promise) return settle(await value);
  if (isElement(value)) return createImageBitmap(value);
  if (Array.isArray(value)) return Promise.all(value.map(settle));
  const entries = Object.entries(value as object);
  return Object.fromEntries(await Promise.all(entries.map(async ([key, item]) => [key, await settle(item)])));
}
