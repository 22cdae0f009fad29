// SPDX-License-Identifier: Apache-2.0

/** The WebAssembly variants, each a CMake preset, in build order. */
export const VARIANTS = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'];

/**
 * The links of each variant, as named in file names: with everything, and with only what graph models need. CMake
 * targets have the same names with underscores.
 */
export const LINKS = ['tfwasm', 'tfwasm-inference'];

/** The entries of the package, one per link. */
export const ENTRIES = ['index.js', 'inference.js'];

export const cmakeTarget = (link) => link.replace('-', '_');

export const wasmFileName = (variant, link = 'tfwasm') => `${link}-${variant}.wasm`;

/** The link that a binary belongs to. */
export const linkOf = (file) => LINKS.find((link) => VARIANTS.some((variant) => file === wasmFileName(variant, link)));

/** The binaries of a variant, one per link. */
export const wasmFileNames = (variant) => LINKS.map((link) => wasmFileName(variant, link));

export const isThreaded = (variant) => variant.endsWith('-threads');

/** The glue of a variant. Shared by all links, and by variants with and without relaxed SIMD. */
export const glueFileName = (variant) => (isThreaded(variant) ? 'glue-threads.js' : 'glue.js');
