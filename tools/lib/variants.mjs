// SPDX-License-Identifier: Apache-2.0

/** The WebAssembly variants, each a CMake preset, in build order. */
export const VARIANTS = ['simd', 'relaxed', 'simd-threads', 'relaxed-threads'];

/**
 * The links, as named in file names: with everything for models, with only what graph models need, and the converter.
 * CMake targets have the same names with underscores.
 */
export const LINKS = ['tfwasm', 'tfwasm-inference', 'tfwasm-convert'];

/** The links of a variant. A conversion is rare and mostly reads and writes, so one variant of the converter will do. */
export const linksOf = (variant) => LINKS.filter((link) => link !== 'tfwasm-convert' || variant === 'simd');

/** The entries of the package, one per link. */
export const ENTRIES = ['index.js', 'inference.js', 'convert.js'];

export const cmakeTarget = (link) => link.replace('-', '_');

export const wasmFileName = (variant, link = 'tfwasm') => `${link}-${variant}.wasm`;

/** The link that a binary belongs to. */
export const linkOf = (file) => LINKS.find((link) => VARIANTS.some((variant) => file === wasmFileName(variant, link)));

/** The binaries of a variant, one per link that it has. */
export const wasmFileNames = (variant) => linksOf(variant).map((link) => wasmFileName(variant, link));

export const isThreaded = (variant) => variant.endsWith('-threads');

/** The glue of a variant. Shared by all links, and by variants with and without relaxed SIMD. */
export const glueFileName = (variant) => (isThreaded(variant) ? 'glue-threads.js' : 'glue.js');
