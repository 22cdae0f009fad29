// SPDX-License-Identifier: Apache-2.0
// The links (builds) of the core. Each entry of the package registers its own.
import { TfwasmError } from './errors.js';
import type { WasmVariant } from './features.js';

export type WasmFileName =
  | `tfwasm-${WasmVariant}.wasm`
  | `tfwasm-inference-${WasmVariant}.wasm`
  | 'tfwasm-convert-simd.wasm';

export interface Link {
  /** As reported by the core's version(). */
  name: 'tfwasm' | 'tfwasm/inference' | 'tfwasm/convert';
  /** The URLs of the binaries of its variants. */
  urls: Readonly<Partial<Record<WasmVariant, () => string>>>;
}

let used: Link | undefined;

/** Selects the link to start the core from. If both entries are imported before the start, that of `tfwasm` is used. */
export function useLink(link: Link): void {
  if (used?.name !== 'tfwasm') used = link;
}

/** The file name of a link's binary. */
export function wasmFileName({ name }: Link, variant: WasmVariant): WasmFileName {
  return `${name.replace('/', '-')}-${variant}.wasm` as WasmFileName;
}

export function usedLink(): Link {
  if (used) return used;
  throw new TfwasmError('E_INTERNAL', 'no entry of tfwasm has been imported');
}
