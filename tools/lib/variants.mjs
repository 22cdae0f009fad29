// SPDX-License-Identifier: Apache-2.0

/** The WebAssembly variants, each a CMake preset, in build order. */
export const VARIANTS = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'];

export const wasmFileName = (variant) => `tfwasm-${variant}.wasm`;

export const isThreaded = (variant) => variant.endsWith('-threads');

/** The glue of a variant. Variants with and without relaxed SIMD share it. */
export const glueFileName = (variant) => (isThreaded(variant) ? 'glue-threads.js' : 'glue.js');
