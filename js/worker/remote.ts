// SPDX-License-Identifier: Apache-2.0
// The page's side: proxies whose calls are sent to the worker.
import { TfwasmError } from '../core/errors.js';
import { type CallbackRegistry, SentArguments, setObjectOf, settleArguments } from './arguments.js';
import {
  type Description,
  isPlain,
  MARK,
  mapItems,
  type Port,
  type Request,
  type Response,
  toSentError,
} from './messages.js';
import { restoreError } from './restore-error.js';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  sent: SentArguments;
}

/** Functions that call a function of the page and need its result at once. */
const SYNCHRONOUS = /^(tidy|grads?|valueAndGrads?|variableGrads|customGrad|profile|time)$/;

/** A connection with a worker. */
export class Remote {
  readonly #start: () => Port;
  #port: Port | undefined;
  #failure: Error | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #registry: CallbackRegistry;
  /** Objects that the page has forgotten. */
  #released: number[] = [];
  readonly #forgotten = new FinalizationRegistry<number>((object) => this.#release(object));

  /** `start` is called with the first call. */
  constructor(start: () => Port) {
    this.#start = start;
    this.#registry = {
      nextId: 1,
      callbacks: new Map(),
      abort: (signal, reason) => this.#post({ type: 'abort', signal, reason }),
    };
  }

  /** A proxy of what is at `path` of an object: it is called, created, or read with `await`. */
  pathOf(target: number, path: string[]): unknown {
    const ask = (type: 'get' | 'call' | 'new', args: unknown[] = []) => this.#ask(type, target, path, args);
    return new Proxy(() => {}, {
      apply: (_function, _this, args) => ask('call', args),
      construct: (_function, args) => ask('new', args),
      get: (_function, key) => {
        if (typeof key !== 'string') return undefined;
        if (key !== 'then') return this.pathOf(target, [...path, key]);
        // The API as a whole is no promise, so that it can be the result of one.
        if (path.length === 0) return undefined;
        const result = ask('get');
        return result.then.bind(result);
      },
    });
  }

  /** Ends the worker. Calls that have not been answered, and all later ones, fail. */
  terminate(): void {
    this.#fail(new TfwasmError('E_DISPOSED', 'the worker has been terminated'));
    this.#port?.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }

  #ask(type: 'get' | 'call' | 'new', target: number, path: string[], args: unknown[]): Promise<unknown> {
    const name = path.join('.');
    if (type === 'call' && target === 0 && SYNCHRONOUS.test(name)) {
      const reason = `${name}() needs the result of a function at once, which a worker cannot wait for`;
      return Promise.reject(new TfwasmError('E_INPUT', `${reason}; import 'tfwasm' in a worker of your own for it`));
    }
    const settled = settleArguments(args);
    const send = (values: unknown[]) => this.#send(type, target, path, values);
    return settled ? settled.then(send) : send(args);
  }

  #send(type: 'get' | 'call' | 'new', target: number, path: string[], args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure;
      const id = this.#nextId++;
      const sent = new SentArguments(this.#registry);
      try {
        this.#post({ type, id, target, path, args: args.map((value) => sent.encode(value)) }, sent.transfer);
      } catch (error) {
        sent.end(false);
        throw error instanceof TfwasmError
          ? error
          : new TfwasmError('E_INPUT', `an argument of ${path.join('.')}() cannot be sent: ${String(error)}`);
      }
      this.#pending.set(id, { resolve, reject, sent });
      this.#port?.hold(true);
    });
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    if (!this.#port) {
      this.#port = this.#start();
      this.#port.onMessage((response: Response) => this.#receive(response));
      this.#port.onFailure((message) => this.#fail(new TfwasmError('E_WASM', `the worker has failed: ${message}`)));
    }
    this.#port.postMessage(request, transfer);
  }

  #receive(response: Response): void {
    if (response.type === 'callback') void this.#runCallback(response);
    if (response.type !== 'result') return;
    const pending = this.#pending.get(response.id);
    if (!pending) return;
    this.#pending.delete(response.id);
    if (this.#pending.size === 0) this.#port?.hold(false);
    const { value, error } = response;
    pending.sent.end(!error && isMark(value));
    if (error) pending.reject(restoreError(error));
    else pending.resolve(this.#decode(value));
  }

  async #runCallback({ callback, id, args }: Extract<Response, { type: 'callback' }>): Promise<void> {
    const sent = new SentArguments(this.#registry);
    try {
      const run = this.#registry.callbacks.get(callback);
      const value = sent.encode(await run?.(...args.map((item) => this.#decode(item))));
      this.#post({ type: 'answer', id, value }, sent.transfer);
    } catch (error) {
      this.#post({ type: 'answer', id, error: toSentError(error) });
    }
  }

  #decode(value: unknown): unknown {
    return isMark(value) ? this.#makeHandle(value[MARK]) : mapItems(value, (item) => this.#decode(item));
  }

  #makeHandle({ object, isFunction, kind, fields }: Description): unknown {
    const known: Record<string | symbol, unknown> = { ...fields, [Symbol.toStringTag]: kind };
    const handle = new Proxy(isFunction ? Object.assign(() => {}, known) : known, {
      get: (target, key) => {
        // Not a promise, so that it can be the result of one.
        if (typeof key !== 'string' || key === 'then') return Reflect.get(target, key);
        return key in known ? known[key] : this.pathOf(object, [key]);
      },
      apply: (_target, _this, args) => this.#ask('call', object, [], args),
    });
    setObjectOf(handle, object);
    this.#forgotten.register(handle, object);
    return handle;
  }

  #release(object: number): void {
    this.#released.push(object);
    if (this.#released.length > 1) return;
    queueMicrotask(() => {
      if (!this.#failure) this.#post({ type: 'release', objects: this.#released });
      this.#released = [];
    });
  }
}

const isMark = (value: unknown): value is { [MARK]: Description } => isPlain(value) && MARK in value;
