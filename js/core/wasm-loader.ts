// SPDX-License-Identifier: Apache-2.0
// Starts the core: Emscripten's glue with a compiled wasm binary.
import type { CoreModule, CoreModuleOptions } from './core-module.js';
import { describeError, makeCoreError, TfwasmError } from './errors.js';
import { isThreaded, type WasmVariant } from './features.js';
import { type Link, usedLink, wasmFileName } from './links.js';
import { describeFailure, ThreadWorkers } from './thread-workers.js';
import { version } from './version.js';
import { compileWasm, type WasmPaths, wasmSource } from './wasm-files.js';

/** Workers that have not started by then never will. */
const WORKER_START_MILLISECONDS = 20_000;

export type CoreFactory = (options: CoreModuleOptions) => Promise<CoreModule>;

let givenFactory: CoreFactory | undefined;

/** Passes in the glue of the variants without threads, where it cannot be imported on demand. Others do not start. */
export function useFactory(factory: CoreFactory): void {
  givenFactory = factory;
}

/** The glue is next to the bundle. It is not part of it, since threads load it as a worker. */
async function importFactory(variant: WasmVariant): Promise<CoreFactory> {
  if (isThreaded(variant)) return (await import('./glue-threads.js')).default;
  return givenFactory ?? (await import('./glue.js')).default;
}

/** Whether threaded variants can be imported. */
export function canImportThreads(): boolean {
  return givenFactory === undefined;
}

/**
 * Starts a variant of the core.
 *
 * @param link Default: that of the imported entry.
 * @param threadCount The number of threads. Only threaded variants use more than 1.
 * @throws E_WASM if files are missing, outdated or blocked, or workers do not start.
 */
export async function startCore(
  variant: WasmVariant,
  {
    link = usedLink(),
    paths,
    threadCount,
  }: { link?: Link | undefined; paths?: WasmPaths | undefined; threadCount: number },
): Promise<CoreModule> {
  const source = wasmSource(link, variant, paths);
  const url = typeof source === 'string' ? source : wasmFileName(link, variant);
  try {
    const compiled = typeof source === 'string' ? compileWasm(source) : source;
    const [module, factory] = await Promise.all([compiled, importFactory(variant)]);
    const core = await instantiate(factory, module, isThreaded(variant) ? threadCount - 1 : 0);
    checkVersion(core, link, url);
    if (isThreaded(variant)) core.setThreadCount(threadCount);
    return core;
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_WASM', `cannot start ${url}: ${describeError(error)}`, { cause: error });
  }
}

async function instantiate(factory: CoreFactory, module: WebAssembly.Module, poolSize: number): Promise<CoreModule> {
  const workers = new ThreadWorkers();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStarted = false;
  try {
    const core = await new Promise<CoreModule>((resolve, reject) => {
      // The factory's promise never settles if a worker fails to start.
      if (poolSize > 0)
        timer = setTimeout(() => reject(new Error('the workers do not start')), WORKER_START_MILLISECONDS);
      const options: CoreModuleOptions = {
        instantiateWasm(imports, done) {
          WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
          return {};
        },
        printErr: (text) => console.warn(text),
        poolSize,
        startWorker: () => workers.start(),
        workerFailed(event) {
          // Otherwise the browser reports it as an error of the page.
          event.preventDefault?.();
          describeFailure(event).then((reason) => {
            if (isStarted) console.error(`a thread of tfwasm has failed: ${reason}`);
            else reject(new Error(reason));
          });
        },
        makeError: makeCoreError,
      };
      factory(options).then(resolve, reject);
    });
    isStarted = true;
    return core;
  } catch (error) {
    workers.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
    workers.release();
  }
}

function checkVersion(core: CoreModule, link: Link, url: string): void {
  const found = core.version();
  if (found === `${link.name} ${version}`) return;
  throw new TfwasmError(
    'E_WASM',
    `${url} is of ${found}, but the JavaScript is of ${link.name} ${version}; serve the files of one version`,
  );
}
