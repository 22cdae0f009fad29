// SPDX-License-Identifier: Apache-2.0
// The entry `tfwasm/inference`: graph models, tensors, ops and io, with binaries that have no code for training.
import { useLink } from './core/links.js';

export * from './common.js';

useLink({
  name: 'tfwasm/inference',
  // Bundlers detect exactly these expressions with literals, and emit the files.
  urls: {
    simd: () => new URL('./tfwasm-inference-simd.wasm', import.meta.url).href,
    'simd-threads': () => new URL('./tfwasm-inference-simd-threads.wasm', import.meta.url).href,
    relaxed: () => new URL('./tfwasm-inference-relaxed.wasm', import.meta.url).href,
    'relaxed-threads': () => new URL('./tfwasm-inference-relaxed-threads.wasm', import.meta.url).href,
  },
});
