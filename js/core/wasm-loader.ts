// SPDX-License-Identifier: Apache-2.0
// Starts the core: Emscripten's glue with a compiled wasm binary.
import type { CoreModule, CoreModuleOptions } from './core-module.js';
import { describeError, makeCoreError, TfwasmError } from './errors.js';
import { isThreaded, type WasmVariant } from './features.js';
import { type Link, usedLink } from './links.js';
import { version } from './version.js';
import { compileWasm, type WasmPaths, wasmUrl } from './wasm-files.js';

/** Workers that have not started by then never will. */
const WORKER_START_MILLISECONDS = 20_000;

type CoreFactory = (options: CoreModuleOptions) => Promise<CoreModule>;

/** The glue is next to the bundle. It is not part of it, since threads load it as a worker. */
async function importFactory(variant: WasmVariant): Promise<CoreFactory> {
  const glue = isThreaded(variant) ? await import('./glue-threads.js') : await import('./glue.js');
  return glue.default;
}

/**
 * Starts a variant of the core.
 *
 * @param threadCount The number of threads. Only threaded variants use more than 1.
 * @throws E_WASM if files are missing, outdated or blocked, or workers do not start.
 */
export async function startCore(
  variant: WasmVariant,
  { paths, threadCount }: { paths?: WasmPaths | undefined; threadCount: number },
): Promise<CoreModule> {
  const link = usedLink();
  const url = wasmUrl(link, variant, paths);
  try {
    const [module, factory] = await Promise.all([compileWasm(url), importFactory(variant)]);
    const core = await instantiate(factory, module, isThreaded(variant) ? threadCount - 1 : 0);
    checkVersion(core, link, url);
    if (isThreaded(variant)) core.setThreadCount(threadCount);
    return core;
  } catch (error) {
    if (error instanceof TfwasmError) throw error;
    throw new TfwasmError('E_WASM', `cannot start ${url}: ${describeError(error)}`, { cause: error });
  }
}

function instantiate(factory: CoreFactory, module: WebAssembly.Module, poolSize: number): Promise<CoreModule> {
  return new Promise((resolve, reject) => {
    // The factory's promise never settles if a worker fails to start.
    const timer =
      poolSize > 0 ? setTimeout(() => reject(new Error('the workers do not start')), WORKER_START_MILLISECONDS) : 0;
    const options: CoreModuleOptions = {
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
        return {};
      },
      printErr(text) {
        if (/^worker sent an error/.test(text)) reject(new Error(text));
        else console.warn(text);
      },
      poolSize,
      makeError: makeCoreError,
    };
    factory(options)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}

function checkVersion(core: CoreModule, link: Link, url: string): void {
  const found = core.version();
  if (found === `${link.name} ${version}`) return;
  throw new TfwasmError(
    'E_WASM',
    `${url} is of ${found}, but the JavaScript is of ${link.name} ${version}; serve the files of one version`,
  );
}
