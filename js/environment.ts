// SPDX-License-Identifier: Apache-2.0
// TensorFlow.js's API for backends and flags. There is one backend.
import { TfwasmError } from './core/errors.js';
import { isNode } from './core/node-detection.js';
import { getThreadsCount, getWasmVariant, isReady, ready } from './core/runtime.js';
import { memory, tensorsIn, tidy } from './tensor/memory.js';
import { closeScope, openScope } from './tensor/scopes.js';
import { disposeVariables, registeredVariables } from './tensor/variable.js';

const BACKEND = 'wasm';

/** The name of the backend: 'wasm'. */
export function getBackend(): string {
  return BACKEND;
}

/**
 * Starts the core.
 *
 * @returns Whether `name` is 'wasm'. Programs that request another backend run on this one.
 */
export async function setBackend(name: string): Promise<boolean> {
  if (name !== BACKEND) console.warn(`tfwasm has one backend, '${BACKEND}', and no '${name}'`);
  await ready();
  return name === BACKEND;
}

/** The result of `backend()`. */
export interface Backend {
  floatPrecision(): 16 | 32;
  /** The small number that losses add to divisors. */
  epsilon(): number;
}

const BACKEND_OBJECT: Backend = { floatPrecision: () => 32, epsilon: () => 1e-7 };

/** The only backend. */
export function backend(): Backend {
  return BACKEND_OBJECT;
}

/** The backend with this name; null if there is none. */
export function findBackend(name: string): Backend | null {
  return name === BACKEND ? BACKEND_OBJECT : null;
}

const FLAGS: Readonly<Record<string, () => boolean | number>> = {
  IS_NODE: isNode,
  IS_BROWSER: () => !isNode(),
  WASM_HAS_SIMD_SUPPORT: () => true,
  WASM_HAS_MULTITHREAD_SUPPORT: () => isReady() && getWasmVariant().endsWith('threads'),
  WASM_THREADS: () => (isReady() ? getThreadsCount() : 1),
};

/** Flags by name. Flags that TensorFlow.js knows and tfwasm does not are false. */
export class Environment {
  readonly #values = new Map<string, boolean | number | string>();

  /** Throws E_INPUT for flags that the environment determines. */
  set(name: string, value: boolean | number | string): void {
    if (name in FLAGS) throw new TfwasmError('E_INPUT', `the flag ${name} cannot be set`);
    this.#values.set(name, value);
  }

  get(name: string): boolean | number | string {
    return this.#values.get(name) ?? FLAGS[name]?.() ?? false;
  }

  async getAsync(name: string): Promise<boolean | number | string> {
    return this.get(name);
  }

  getBool(name: string): boolean {
    return Boolean(this.get(name));
  }

  getNumber(name: string): number {
    return Number(this.get(name));
  }

  getString(name: string): string {
    return String(this.get(name));
  }

  getFlags(): Record<string, boolean | number | string> {
    const own = Object.entries(FLAGS).map(([name, value]) => [name, value()] as const);
    return Object.fromEntries([...own, ...this.#values]);
  }

  /** Only registers the name; `evaluate` is not called. */
  registerFlag(name: string, evaluate: () => boolean | number | string): void {
    if (!(name in FLAGS) && !this.#values.has(name)) this.#values.set(name, evaluate());
  }

  reset(): void {
    this.#values.clear();
  }
}

/** The flags: the same as `env()`. */
export const ENV: Environment = new Environment();

/** The flags. */
export function env(): Environment {
  return ENV;
}

/** Sets the flag PROD. */
export function enableProdMode(): void {
  ENV.set('PROD', true);
}

/** Sets the flag DEBUG. */
export function enableDebugMode(): void {
  ENV.set('DEBUG', true);
}

/** The result of `engine()`: manual scopes, memory, variables. */
export interface Engine {
  readonly backendName: string;
  readonly backend: Backend;
  /** By name. */
  readonly state: { readonly registeredVariables: ReturnType<typeof registeredVariables> };
  /** Opens a scope. It contains all tensors created from now on. */
  startScope(name?: string): void;
  /** Closes the innermost scope and disposes its tensors, except those in `result`. */
  endScope(result?: unknown): void;
  tidy: typeof tidy;
  memory: typeof memory;
  disposeVariables: typeof disposeVariables;
}

const ENGINE: Engine = {
  backendName: BACKEND,
  backend: BACKEND_OBJECT,
  state: {
    get registeredVariables() {
      return registeredVariables();
    },
  },
  startScope: () => openScope(),
  endScope: (result) => closeScope(tensorsIn(result)),
  tidy,
  memory,
  disposeVariables,
};

/** Manual scopes, memory and variables, for programs that need more than `tidy`. */
export function engine(): Engine {
  return ENGINE;
}
