// SPDX-License-Identifier: Apache-2.0
// The instance of the core that converts. It is a link of its own, beside the core that runs models.
import type { CoreModule } from '../core/core-module.js';
import { fromCore } from '../core/errors.js';
import type { Link } from '../core/links.js';
import { wasmPaths } from '../core/runtime.js';
import { startCore } from '../core/wasm-loader.js';

/** The functions of src/bindings/convert/. */
export interface ConverterModule extends CoreModule {
  /** Both as JSON. `files`: sizes by path. Returns a handle. */
  createConverter(options: string, files: string): number;
  /** The part of a file to read next; null when the model is complete. */
  nextRead(converter: number): { path: string; offset: number; bytes: number } | null;
  /** Where in the heap to write it. */
  readAddress(converter: number): number;
  commitRead(converter: number): void;
  /** Simplifies and checks the model. */
  finishModel(converter: number): void;
  /** ConvertedWeight[] as JSON. */
  listWeights(converter: number): string;
  /** `encodings`: dtypes by weight, as JSON. Returns the names of the weight files. */
  startWeights(converter: number, encodings: string, shardBytes: number): string[];
  /** The next weight file, in the heap. If it is empty and `needsReads`, nextRead has more to read. */
  nextShard(converter: number): { address: number; bytes: number; needsReads: boolean };
  /** modelTopology, signature, modelInitializer or '', weightsManifest, all as JSON; generatedBy; a summary as JSON. */
  modelParts(converter: number): string[];
  disposeConverter(converter: number): void;
}

const LINK: Link = {
  name: 'tfwasm/convert',
  // Bundlers detect exactly this expression with a literal, and emit the file.
  urls: { simd: () => new URL('./tfwasm-convert-simd.wasm', import.meta.url).href },
};

interface Started {
  module: ConverterModule;
  stackTop: number;
}

let starting: Promise<Started> | undefined;

/** Starts the converter, once. Throws E_WASM; the next call tries again. */
export async function startConverter(): Promise<<T>(call: (module: ConverterModule) => T) => T> {
  starting ??= start();
  const { module, stackTop } = await starting.catch((error) => {
    starting = undefined;
    throw error;
  });
  return (call) => {
    try {
      return call(module);
    } catch (error) {
      // An error that leaves WebAssembly leaves its stack frames, too.
      module.stackRestore(stackTop);
      throw fromCore(error);
    }
  };
}

async function start(): Promise<Started> {
  const module = (await startCore('simd', { link: LINK, paths: wasmPaths(), threadCount: 1 })) as ConverterModule;
  return { module, stackTop: module.stackSave() };
}
