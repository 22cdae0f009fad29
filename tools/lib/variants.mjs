// SPDX-License-Identifier: Apache-2.0

/** The WebAssembly builds, each a preset of CMake, in the order in which they are built. */
export const VARIANTS = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'];

export const wasmFileName = (variant) => `tfwasm-${variant}.wasm`;

export const isThreaded = (variant) => variant.endsWith('-threads');

/** The JavaScript that loads a variant; those with and without relaxed SIMD share it. */
export const glueFileName = (variant) => (isThreaded(variant) ? 'glue-threads.js' : 'glue.js');
