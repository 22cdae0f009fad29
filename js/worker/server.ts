// SPDX-License-Identifier: Apache-2.0
// The worker's side: it owns the objects, and runs what the page asks for.
import { TfwasmError } from '../core/errors.js';
import { isOneOf, isPlain, MARK, type Mark, mapItems, type Port, type Request, toSentError } from './messages.js';
import { restoreError } from './restore-error.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What the server needs to know about the API. */
export interface ServedApi {
  /** The API's functions and namespaces. */
  readonly api: object;
  /** What calls of this name have to wait for. */
  start(name: string): Promise<void> | undefined;
  /** Fields of an object that the page gets with its handle, besides those that can be copied. */
  fieldsOf(object: object): Record<string, unknown>;
  /** Replaces arguments of a method: pictures by tensors. `clean` is called after the call. */
  prepare(object: unknown, method: string, args: unknown[]): { args: unknown[]; clean(): void };
}

export class Server {
  readonly #port: Port;
  readonly #served: ServedApi;
  readonly #objects = new Map<number, object>();
  #nextObject = 1;
  readonly #waiting = new Map<number, Waiting>();
  #nextCallback = 1;
  readonly #aborts = new Map<number, AbortController>();

  constructor(port: Port, served: ServedApi) {
    this.#port = port;
    this.#served = served;
    this.#objects.set(0, served.api);
    port.onMessage((request: Request) => void this.#receive(request));
  }

  async #receive(request: Request): Promise<void> {
    switch (request.type) {
      case 'release':
        for (const object of request.objects) this.#objects.delete(object);
        return;
      case 'abort':
        this.#aborts.get(request.signal)?.abort(restoreError(request.reason));
        return;
      case 'answer': {
        const waiting = this.#waiting.get(request.id);
        this.#waiting.delete(request.id);
        if (request.error) waiting?.reject(restoreError(request.error));
        else waiting?.resolve(this.#decode(request.value, []));
        return;
      }
      default:
        return this.#answer(request);
    }
  }

  async #answer(request: Extract<Request, { id: number; target: number }>): Promise<void> {
    const signals: number[] = [];
    const { id } = request;
    try {
      // Without a needless wait, so that calls run in the order in which they came.
      const start = this.#served.start(request.target === 0 ? request.path.join('.') : '');
      if (start) await start;
      const value = this.#encode(await this.#run(request, signals));
      this.#port.postMessage({ type: 'result', id, value });
    } catch (error) {
      this.#port.postMessage({ type: 'result', id, error: toSentError(error) });
    }
    for (const signal of signals) this.#aborts.delete(signal);
  }

  async #run({ type, target, path, args }: Extract<Request, { target: number }>, signals: number[]): Promise<unknown> {
    let holder: unknown;
    let value: unknown = this.#object(target);
    for (const key of path) {
      holder = value;
      value = (value as Record<string, unknown> | undefined)?.[key];
      if (value === undefined && type !== 'get') break;
    }
    if (type === 'get') return value;
    const name = path.join('.');
    if (typeof value !== 'function') throw new TfwasmError('E_INPUT', `${name} is not a function`);
    const decoded = args.map((item) => this.#decode(item, signals));
    if (type === 'new') return new (value as new (...args: unknown[]) => unknown)(...decoded);
    const { args: prepared, clean } = this.#served.prepare(holder, path.at(-1) ?? '', decoded);
    try {
      return await Reflect.apply(value, holder, prepared);
    } finally {
      clean();
    }
  }

  #object(object: number): object {
    const found = this.#objects.get(object);
    if (!found) throw new TfwasmError('E_DISPOSED', 'this object is no longer in the worker');
    return found;
  }

  #decode(value: unknown, signals: number[]): unknown {
    if (isPlain(value) && MARK in value) return this.#resolve(value[MARK] as Mark, signals);
    return mapItems(value, (item) => this.#decode(item, signals));
  }

  #resolve({ object, callback, signal }: Mark, signals: number[]): unknown {
    if (object !== undefined) return this.#object(object);
    if (callback !== undefined) return (...args: unknown[]) => this.#callPage(callback, args);
    const controller = new AbortController();
    this.#aborts.set(signal as number, controller);
    signals.push(signal as number);
    return controller.signal;
  }

  #callPage(callback: number, args: unknown[]): Promise<unknown> {
    const id = this.#nextCallback++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    // The caller may ignore the answer, as those of onProgress do.
    answer.catch(() => {});
    this.#port.postMessage({ type: 'callback', callback, id, args: args.map((item) => this.#encode(item)) });
    return answer;
  }

  #encode(value: unknown): unknown {
    if (typeof value === 'function') return this.#describe(value);
    if (typeof value !== 'object' || value === null || isCopied(value)) return value;
    if (!Array.isArray(value) && !isPlain(value)) return this.#describe(value);
    return mapItems(value, (item) => this.#encode(item));
  }

  #describe(value: object): unknown {
    const object = this.#nextObject++;
    this.#objects.set(object, value);
    const fields: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      if (isData(field, MOST_DEPTH)) fields[key] = field;
    }
    Object.assign(fields, this.#served.fieldsOf(value));
    const isFunction = typeof value === 'function';
    return { [MARK]: { object, isFunction, kind: value.constructor?.name ?? 'Object', fields } };
  }
}

/** Fields that are nested more deeply are read when they are needed. */
const MOST_DEPTH = 4;

const isCopied = (value: object): boolean =>
  ArrayBuffer.isView(value) || isOneOf(value, ['ArrayBuffer', 'Date', 'Error', 'Blob', 'ImageBitmap', 'ImageData']);

/** Whether the value can be copied, and is small. */
function isData(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
  if (depth === 0) return false;
  if (!Array.isArray(value) && !isPlain(value)) return false;
  const items = Object.values(value);
  return items.length <= 1000 && items.every((item) => isData(item, depth - 1));
}
