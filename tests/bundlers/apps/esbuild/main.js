// SPDX-License-Identifier: Apache-2.0
import * as tf from 'tfwasm';
import relaxed from 'tfwasm/tfwasm-relaxed.wasm';
import relaxedThreads from 'tfwasm/tfwasm-relaxed-threads.wasm';
import simd from 'tfwasm/tfwasm-simd.wasm';
import simdThreads from 'tfwasm/tfwasm-simd-threads.wasm';

import { predict, report, settings } from '../predict.js';

// esbuild's loader "file" copies imported files.
const base = new URL('.', import.meta.url);
tf.setWasmPaths({
  'tfwasm-simd.wasm': new URL(simd, base).href,
  'tfwasm-relaxed.wasm': new URL(relaxed, base).href,
  'tfwasm-simd-threads.wasm': new URL(simdThreads, base).href,
  'tfwasm-relaxed-threads.wasm': new URL(relaxedThreads, base).href,
});
report(predict(tf, settings()));
