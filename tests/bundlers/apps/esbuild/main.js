// SPDX-License-Identifier: Apache-2.0
import * as tf from 'tfwasm';
import relaxed from 'tfwasm/tfwasm-relaxed.wasm';
import simd from 'tfwasm/tfwasm-simd.wasm';

import { predict, report, settings } from '../predict.js';

// esbuild's loader "file" copies imported files.
const base = new URL('.', import.meta.url);
tf.setWasmPaths({
  'tfwasm-simd.wasm': new URL(simd, base).href,
  'tfwasm-relaxed.wasm': new URL(relaxed, base).href,
});
report(predict(tf, settings()));
